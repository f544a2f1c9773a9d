"""All services of the emulator, by their name in signatures."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from embedded.services.aws.athena.routes import create_athena
from embedded.services.aws.batch.routes import create_batch
from embedded.services.aws.front import Service
from embedded.services.aws.glue.routes import create_glue
from embedded.services.aws.glue.store import open_database
from embedded.services.aws.iam.routes import create_iam
from embedded.services.aws.iam.store import IamStore
from embedded.services.aws.logs.routes import create_logs
from embedded.services.aws.logs.store import LogStore
from embedded.services.aws.s3.routes import S3
from embedded.services.aws.s3.store import Store
from embedded.services.aws.s3.stored_objects import StoredObjects
from embedded.services.aws.sts.routes import create_sts
from embedded.services.aws.sts.store import KeyStore


def create_services(
    home: Path, store: Store, keys: KeyStore, endpoint: str, closing: ExitStack
) -> Mapping[str, Service]:
    """Create the services.

    Parameters:
        home: folder of their databases.
        store: store of S3's buckets.
        keys: all access keys.
        endpoint: URL of the emulator, for jobs that call it.
        closing: gets the clean-up of the services.
    """
    iam = IamStore(home / "iam.sqlite")
    logs = LogStore(home / "logs.sqlite")
    glue = open_database(home / "glue.sqlite")
    objects = StoredObjects(store, home / "scratch")
    return {
        "s3": S3(store),
        "iam": create_iam(iam),
        "sts": create_sts(keys, iam),
        "logs": create_logs(logs),
        "batch": create_batch(home / "batch.sqlite", logs, iam, keys, endpoint, closing),
        "glue": create_glue(glue, objects, logs, iam, closing),
        "athena": create_athena(home / "athena.sqlite", glue, objects, closing),
    }
