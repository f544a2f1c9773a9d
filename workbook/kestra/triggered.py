"""Executions that a trigger starts, such as one that watches a bucket."""

from __future__ import annotations

import time
from collections.abc import Iterable

from workbook.errors import NotFound, WorkbookError
from workbook.kestra import progress
from workbook.kestra.api import KestraApi
from workbook.kestra.errors import WaitInterrupted
from workbook.kestra.execution_list import ExecutionList
from workbook.kestra.models import Execution, Flow
from workbook.kestra.summaries import overall_state, span, summarize

POLL_SECONDS = 0.5


def watch(
    api: KestraApi, flow: Flow, trigger_id: str, count: int, known: Iterable[Execution], timeout: float
) -> ExecutionList:
    """Wait until a trigger has started so many executions, and they have ended; oldest first.

    Parameters:
        api: the server.
        flow: the flow.
        trigger_id: the trigger, one of the flow's.
        count: how many executions to wait for.
        known: executions from before, which do not count.
        timeout: seconds after which to give up.

    Raises:
        NotFound: the flow has no such trigger.
        WorkbookError: they did not come, or did not end, in time.
        WaitInterrupted: by Ctrl-C.
    """
    if trigger_id not in flow.trigger_ids:
        has = ", ".join(flow.trigger_ids) or "none"
        raise NotFound(f"Flow {flow.id!r} has no trigger {trigger_id!r}. Its triggers: {has}.")
    name, before = f"{flow.id}/{trigger_id}", {execution.id for execution in known}
    bar = progress.start(name, "executions", flow.executions_link)
    give_up = time.monotonic() + timeout
    started = ExecutionList()
    try:
        while True:
            started = ExecutionList(
                execution
                for execution in api.executions(flow, complete=False)
                if execution.id not in before and execution.trigger_id == trigger_id
            )
            ended = sum(execution.terminated for execution in started)
            note = f"{len(started)} started" if started else "waiting for the first"
            bar.update(progress.of_executions(started, max(count, len(started)), note))
            if len(started) >= count and ended == len(started):
                break
            if time.monotonic() > give_up:
                bar.finish(name, "RUNNING", "given up", timeout)
                raise WorkbookError(_timeout_message(name, count, len(started), ended, timeout))
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        bar.finish(name, "RUNNING", "goes on without you", span(started))
        raise WaitInterrupted("You stopped waiting; the trigger goes on.") from None
    bar.finish(name, overall_state(started), summarize(started), span(started))
    return api.completed(started)


def _timeout_message(name: str, count: int, started: int, ended: int, timeout: float) -> str:
    return (
        f"In {timeout:.0f} s, {name} has started {started} of {count} executions, and {ended} have ended. "
        "Is there something that the trigger looks for, and has it not been handed out before?"
    )
