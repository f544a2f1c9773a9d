"""Executions that a trigger starts by itself, such as one that watches a bucket."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from workbook.errors import NotFound, WaitInterrupted, WorkbookError
from workbook.kestra import progress
from workbook.kestra.models import Execution, Flow
from workbook.kestra.runs import overall, summary

if TYPE_CHECKING:
    from workbook.kestra.client import KestraClient

POLL_SECONDS = 0.5


def watch(
    client: KestraClient, flow: Flow, trigger_id: str, count: int, known: Iterable[Execution], patience: float
) -> list[Execution]:
    """Wait until a trigger has started so many executions, and they have ended; oldest first.

    Raises:
        NotFound: the flow has no such trigger.
        WorkbookError: they did not come, or did not end, in time.
        WaitInterrupted: by Ctrl-C.
    """
    if trigger_id not in flow.trigger_ids:
        has = ", ".join(flow.trigger_ids) or "none"
        raise NotFound(f"Flow {flow.id!r} has no trigger {trigger_id!r}. Its triggers: {has}.")
    name, before = f"{flow.id}/{trigger_id}", {one.id for one in known}
    bar = progress.start(name, "executions")
    give_up = time.monotonic() + patience
    try:
        while True:
            runs = [one for one in client.executions(flow) if one.id not in before and _started_by(one, trigger_id)]
            ended = sum(one.ended for one in runs)
            bar.update(ended, max(count, len(runs)), f"{len(runs)} started" if runs else "waiting for the first")
            if len(runs) >= count and ended == len(runs):
                break
            if time.monotonic() > give_up:
                bar.finish(name, "RUNNING", "given up")
                raise WorkbookError(_late(name, count, len(runs), ended, patience))
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        bar.finish(name, "RUNNING", "goes on without you")
        raise WaitInterrupted("You stopped waiting; the trigger goes on.") from None
    bar.finish(name, overall(runs), summary(runs))
    return runs


def _started_by(execution: Execution, trigger_id: str) -> bool:
    return (execution.trigger or {}).get("id") == trigger_id


def _late(name: str, count: int, started: int, ended: int, patience: float) -> str:
    return (
        f"In {patience:.0f} s, {name} has started {started} of {count} executions, and {ended} have ended. "
        "Is there something that the trigger looks for, and has it not been handed out before?"
    )
