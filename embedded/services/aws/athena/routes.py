"""Athena's routes: an operation is the method of its name.

Source: https://docs.aws.amazon.com/athena/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from embedded.object_store.interface import WritableObjects
from embedded.services.aws.athena.catalogs import Catalogs
from embedded.services.aws.athena.executions import QueryExecutions
from embedded.services.aws.athena.runner import Runner
from embedded.services.aws.athena.store import ExecutionStore, WorkGroupStore, open_database
from embedded.services.aws.athena.workgroups import WorkGroups
from embedded.services.aws.protocol.dispatcher import Dispatcher
from embedded.shared.sqlite import Database


def create_athena(file: Path, glue: Database, objects: WritableObjects, closing: ExitStack) -> Dispatcher:
    """Create the service.

    Parameters:
        file: path of its database.
        glue: database of the Data Catalog.
        objects: S3's objects.
        closing: gets the clean-up of the running queries.
    """
    db = open_database(file)
    executions, groups = ExecutionStore(db), WorkGroupStore(db)
    runner = Runner(executions, objects, file.parent / "athena-spill")
    closing.callback(runner.close)
    queries = QueryExecutions(executions, groups, runner, glue, objects)
    return Dispatcher("athena", queries, WorkGroups(groups), Catalogs(glue), invalid="InvalidRequestException")
