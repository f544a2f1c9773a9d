"""All of AWS that is there, by the name that requests are signed for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from embedded.services.aws.athena.api import athena
from embedded.services.aws.batch.jobs import Definitions, Jobs
from embedded.services.aws.batch.resources import Environments, Queues
from embedded.services.aws.batch.scheduler import Scheduler
from embedded.services.aws.batch.store import BatchStore
from embedded.services.aws.front import Part
from embedded.services.aws.glue.api import Databases, Tables
from embedded.services.aws.glue.catalogue import TABLES
from embedded.services.aws.glue.crawler_api import CrawlerOperations
from embedded.services.aws.glue.crawling.crawlers import Crawlers
from embedded.services.aws.glue.partition_api import PartitionOperations
from embedded.services.aws.iam.api import InstanceProfiles, Roles
from embedded.services.aws.iam.store import IamStore
from embedded.services.aws.logs.api import Logs
from embedded.services.aws.logs.store import LogStore
from embedded.services.aws.protocol.dispatcher import Service
from embedded.services.aws.s3.api import S3
from embedded.services.aws.s3.reading import StoredObjects
from embedded.services.aws.s3.store import Store
from embedded.services.aws.sts.api import Sts
from embedded.services.aws.sts.sessions import Keys
from embedded.shared.sqlite import Database


def parts(home: Path, store: Store, keys: Keys, endpoint: str, closing: ExitStack) -> Mapping[str, Part]:
    """Make the services.

    Parameters:
        home: where they keep their state.
        store: of S3's buckets.
        keys: all that are known.
        endpoint: where all of it will be found, for what runs here and calls back.
        closing: what to do at the end is put into it.
    """
    iam = IamStore(home / "iam.sqlite")
    logs = LogStore(home / "logs.sqlite")
    batch = BatchStore(home / "batch.sqlite")
    scheduler = Scheduler(batch, logs, iam, keys, endpoint)
    closing.callback(scheduler.close)
    compute = (Environments(batch, scheduler), Queues(batch, scheduler), Definitions(batch), Jobs(batch, scheduler))
    glue = Database(home / "glue.sqlite", TABLES)
    objects = StoredObjects(store, home / "scratch")
    crawlers = Crawlers(glue, objects, logs)
    closing.callback(crawlers.close)
    catalogue = (Databases(glue), Tables(glue), PartitionOperations(glue), CrawlerOperations(crawlers, iam))
    return {
        "s3": S3(store),
        "iam": Service("iam", Roles(iam), InstanceProfiles(iam), invalid="ValidationError"),
        "sts": Service("sts", Sts(keys, iam), invalid="ValidationError"),
        "logs": Service("logs", Logs(logs), invalid="InvalidParameterException"),
        "batch": Service("batch", *compute, invalid="ClientException"),
        "glue": Service("glue", *catalogue, invalid="ValidationException"),
        "athena": athena(home / "athena.sqlite", glue, objects, closing),
    }
