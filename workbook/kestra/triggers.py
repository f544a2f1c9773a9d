"""Triggers: their state, backfills, and waiting for what they start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from workbook.kestra import backfill as backfills
from workbook.kestra import triggered
from workbook.kestra.api import FlowLike, KestraApi, full_flow_id
from workbook.kestra.execution_list import ExecutionList
from workbook.kestra.executions import Executions
from workbook.kestra.models import Execution, Trigger


class Triggers:
    """The triggers of one server. `triggers(flow)` is short for `triggers.search(flow)`."""

    def __init__(self, api: KestraApi, executions: Executions) -> None:
        self._api = api
        self._executions = executions

    def search(self, flow: FlowLike) -> list[Trigger]:
        """The triggers of a flow, as the scheduler has them; a second after an import they may still be missing."""
        return self._api.triggers(flow)

    __call__ = search

    def backfill(
        self,
        flow: FlowLike,
        trigger_id: str | Sequence[str],
        *,
        start: str | date | datetime,
        end: str | date | datetime,
        labels: Mapping[str, str] | None = None,
        inputs: Mapping[str, Any] | None = None,
        wait: bool = True,
        check: bool = True,
    ) -> ExecutionList:
        """Run a schedule for dates that have passed: one execution a date.

        Parameters:
            flow: a flow, or `namespace/id`.
            trigger_id: a schedule of the flow, or several, which then run side by side.
            start, end: the range. A moment without a time zone is one in the schedule's zone; a date alone means the
                beginning of that day at the start and its last second at the end.
            labels: labels of the executions.
            inputs: inputs that win over the trigger's own.
            wait: wait until all its executions have ended.
            check: raise if one of them ends badly.

        Returns:
            The executions, by trigger and date; empty without `wait`.

        Raises:
            NotFound: no such flow or trigger.
            BackfillEmpty: the range holds no date of the schedule.
            BackfillStalled: the scheduler starts no more of its executions.
            ExecutionFailed: as in `Executions.start`, for the first that failed.
            WaitInterrupted: by Ctrl-C; the backfill continues.
        """
        current = self._api.flow(flow)
        trigger_ids = [trigger_id] if isinstance(trigger_id, str) else trigger_id
        plans = [backfills.plan(current, schedule, start, end) for schedule in trigger_ids]
        executions = backfills.run(self._api, plans, labels or {}, inputs or {}, wait=wait)
        return self._checked(executions, check)

    def stop_backfill(self, flow: FlowLike, trigger_id: str) -> bool:
        """Stop a backfill if one goes on, and say whether one did; executions that have started run to their end."""
        if not any(row.id == trigger_id and row.backfill for row in self._api.triggers(flow)):
            return False
        flow_id = full_flow_id(flow)
        body = {"namespace": flow_id.namespace, "flowId": flow_id.id, "triggerId": trigger_id}
        self._api.http.call("POST", "/triggers/backfill/delete", json=body)
        return True

    def wait_for_executions(
        self,
        flow: FlowLike,
        trigger_id: str,
        count: int = 1,
        known: Iterable[Execution] = (),
        *,
        timeout: float = 180.0,
        check: bool = True,
    ) -> ExecutionList:
        """Wait until a trigger, such as one that watches a bucket, has started executions, and they have ended.

        Parameters:
            flow: a flow, or `namespace/id`.
            trigger_id: the trigger.
            count: how many executions to wait for.
            known: executions from before, which do not count.
            timeout: seconds after which to give up.
            check: raise if one of them ends badly.

        Returns:
            The executions, oldest first.

        Raises:
            NotFound: no such flow or trigger.
            WorkbookError: they did not come, or did not end, in time.
            ExecutionFailed: as in `Executions.start`, for the first that failed.
            WaitInterrupted: by Ctrl-C; the trigger continues.
        """
        current = self._api.flow(flow)
        executions = triggered.watch(self._api, current, trigger_id, count, known, timeout)
        return self._checked(executions, check)

    def _checked(self, executions: ExecutionList, check: bool) -> ExecutionList:
        for execution in executions if check else ():
            self._executions.raise_if_failed(execution)
        return executions
