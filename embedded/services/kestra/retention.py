"""Deletes executions, logs and metrics that are too old, as `PurgeExecutions` and `PurgeLogs` do in a flow."""

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import jpype

from embedded.services.kestra.engine import Engine
from embedded.services.kestra.java_engine import TENANT

log = logging.getLogger(__name__)

BATCH = 100
FIRST = timedelta(minutes=1)
"""After the start, which has enough to do."""
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=1)
"""Between two purges; a tenth of the retention lies between them."""
ENDED = ("SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "SKIPPED")


def keep(engine: Engine, retention: timedelta) -> None:
    """Purge now and then, as long as the process lasts.

    Parameters:
        engine: a started engine.
        retention: the age from which on an execution that has ended, a log line or a metric is deleted.
    """
    threading.Thread(target=_purge_again_and_again, args=(engine, retention), name="retention", daemon=True).start()


def purge(engine: Engine, before: datetime) -> int:
    """Delete what is older, but for executions that have not ended, with their logs, metrics and files.

    Parameters:
        engine: a started engine.
        before: an execution is deleted if it began before; so are a log line and a metric without an execution.

    Returns:
        How many executions were deleted.
    """
    state = engine.java("io.kestra.core.models.flows.State$Type")
    ended = engine.java("java.util.ArrayList")([state.valueOf(name) for name in ENDED])
    moment = engine.java("java.time.ZonedDateTime").parse(before.astimezone(UTC).isoformat())
    everything: list[Any] = [True, True, True, True]  # executions, logs, metrics, files
    found = engine.bean("io.kestra.core.services.ExecutionService").purge(
        *everything, TENANT, None, None, None, moment, ended, jpype.JInt(BATCH)
    )
    engine.config.database.delete_orphans(before)
    return int(found.getExecutionsCount())


def _purge_again_and_again(engine: Engine, retention: timedelta) -> None:
    pause = threading.Event()
    pause.wait(FIRST.total_seconds())
    while True:
        try:
            if count := purge(engine, datetime.now(UTC) - retention):
                log.info("Deleted %d executions that began more than %s ago", count, retention)
        except jpype.JException as problem:
            log.warning("Old executions could not be deleted: %s", problem)
        pause.wait(min(max(retention / 10, SHORTEST), LONGEST).total_seconds())
