"""Athena as a part of the front."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from embedded.object_store.interface import WritableObjects
from embedded.services.aws.athena.catalogs import Catalogs
from embedded.services.aws.athena.queries import Queries
from embedded.services.aws.athena.runner import Runner
from embedded.services.aws.athena.store import Executions, open_database
from embedded.services.aws.athena.workgroups import WorkGroups
from embedded.services.aws.protocol.dispatcher import Service
from embedded.shared.sqlite import Database


def athena(file: Path, glue: Database, objects: WritableObjects, closing: ExitStack) -> Service:
    """Make the service.

    Parameters:
        file: its database.
        glue: the database of the catalogue.
        objects: of S3.
        closing: what to do at the end is put into it.
    """
    db = open_database(file)
    executions, groups = Executions(db), WorkGroups(db)
    runner = Runner(executions, objects, file.parent / "athena-spill")
    closing.callback(runner.close)
    queries = Queries(executions, groups, runner, glue, objects)
    return Service("athena", queries, groups, Catalogs(glue), invalid="InvalidRequestException")
