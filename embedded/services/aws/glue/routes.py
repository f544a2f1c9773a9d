"""Glue's routes: an operation is the method of its name.

Source: https://docs.aws.amazon.com/glue/latest/webapi/API_Operations.html.
"""

from __future__ import annotations

from contextlib import ExitStack

from embedded.object_store.interface import Objects
from embedded.services.aws.glue.crawlers import Crawlers
from embedded.services.aws.glue.crawling.runner import CrawlRunner
from embedded.services.aws.glue.databases import Databases
from embedded.services.aws.glue.partitions import Partitions
from embedded.services.aws.glue.tables import Tables
from embedded.services.aws.iam.store import IamStore
from embedded.services.aws.logs.store import LogStore
from embedded.services.aws.protocol.dispatcher import Dispatcher
from embedded.shared.sqlite import Database


def create_glue(db: Database, objects: Objects, logs: LogStore, iam: IamStore, closing: ExitStack) -> Dispatcher:
    """Create the service.

    Parameters:
        db: database of the Data Catalog.
        objects: S3's objects, which crawlers read.
        logs: store for the logs of crawlers.
        iam: store of the roles.
        closing: gets the clean-up of the running crawls.
    """
    runner = CrawlRunner(db, objects, logs)
    closing.callback(runner.close)
    resources = (Databases(db), Tables(db), Partitions(db), Crawlers(runner, iam))
    return Dispatcher("glue", *resources, invalid="ValidationException")
