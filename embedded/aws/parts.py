"""All of AWS that is there, by the name that requests are signed for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from embedded.aws.database import Database
from embedded.aws.front import Part
from embedded.aws.glue.api import Databases, Tables
from embedded.aws.glue.catalogue import TABLES
from embedded.aws.glue.partition_api import PartitionOperations
from embedded.aws.protocol.service import Service
from embedded.aws.s3.api import S3
from embedded.aws.s3.store import Store


def parts(home: Path, store: Store) -> Mapping[str, Part]:
    """Make the services.

    Args:
        home: where they keep their state.
        store: of S3's buckets.
    """
    glue = Database(home / "glue.sqlite", TABLES)
    return {
        "s3": S3(store),
        "glue": Service(
            "glue", Databases(glue), Tables(glue), PartitionOperations(glue), invalid="ValidationException"
        ),
    }
