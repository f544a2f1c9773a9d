"""Batch's routes: an operation is the method of its name.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from embedded.services.aws.batch.definitions import Definitions
from embedded.services.aws.batch.environments import Environments
from embedded.services.aws.batch.jobs import Jobs
from embedded.services.aws.batch.queues import Queues
from embedded.services.aws.batch.scheduler import Scheduler
from embedded.services.aws.batch.store import BatchStore
from embedded.services.aws.iam.store import IamStore
from embedded.services.aws.logs.store import LogStore
from embedded.services.aws.protocol.dispatcher import Dispatcher
from embedded.services.aws.sts.store import KeyStore


def create_batch(
    file: Path, logs: LogStore, iam: IamStore, keys: KeyStore, endpoint: str, closing: ExitStack
) -> Dispatcher:
    """Create the service.

    Parameters:
        file: path of its database.
        logs: store for the output of jobs.
        iam: store of the roles.
        keys: all access keys.
        endpoint: URL of the emulator, for the jobs.
        closing: gets the clean-up of the running jobs.
    """
    store = BatchStore(file)
    scheduler = Scheduler(store, logs, iam, keys, endpoint)
    closing.callback(scheduler.close)
    resources = (Environments(store, scheduler), Queues(store, scheduler), Definitions(store), Jobs(store, scheduler))
    return Dispatcher("batch", *resources, invalid="ClientException")
