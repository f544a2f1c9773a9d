"""All of AWS that is there, by the name that requests are signed for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from embedded.aws.database import Database
from embedded.aws.front import Part
from embedded.aws.glue.api import Databases, Tables
from embedded.aws.glue.catalogue import TABLES
from embedded.aws.glue.partition_api import PartitionOperations
from embedded.aws.iam.api import InstanceProfiles, Roles
from embedded.aws.iam.store import IamStore
from embedded.aws.logs.api import Logs
from embedded.aws.logs.store import LogStore
from embedded.aws.protocol.service import Service
from embedded.aws.s3.api import S3
from embedded.aws.s3.store import Store
from embedded.aws.sts.api import Sts
from embedded.aws.sts.sessions import Keys


def parts(home: Path, store: Store, keys: Keys) -> Mapping[str, Part]:
    """Make the services.

    Args:
        home: where they keep their state.
        store: of S3's buckets.
        keys: all that are known.
    """
    iam = IamStore(home / "iam.sqlite")
    logs = LogStore(home / "logs.sqlite")
    glue = Database(home / "glue.sqlite", TABLES)
    return {
        "s3": S3(store),
        "iam": Service("iam", Roles(iam), InstanceProfiles(iam), invalid="ValidationError"),
        "sts": Service("sts", Sts(keys, iam), invalid="ValidationError"),
        "logs": Service("logs", Logs(logs), invalid="InvalidParameterException"),
        "glue": Service(
            "glue", Databases(glue), Tables(glue), PartitionOperations(glue), invalid="ValidationException"
        ),
    }
