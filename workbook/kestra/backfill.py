"""Backfills: a schedule run for dates that have passed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import CroniterError, croniter

from workbook.errors import NotFound, WorkbookError
from workbook.kestra import progress
from workbook.kestra.api import KestraApi
from workbook.kestra.errors import BackfillEmpty, BackfillStalled, WaitInterrupted
from workbook.kestra.execution_list import ExecutionList
from workbook.kestra.models import Execution, Flow, Json, Trigger, parse_time
from workbook.kestra.summaries import overall_state, span, summarize

POLL_SECONDS = 0.5
ROW_SECONDS = 15.0
SETTLE_SECONDS = 5.0
STALL_SECONDS = 90.0
"""How long a backfill may start nothing while none of its flow's executions goes on: a busy scheduler takes a few."""
_AT_WORK = frozenset({"CREATED", "RUNNING", "RESTARTED", "RETRYING", "KILLING"})
SHOWN = "%Y-%m-%d %H:%M %Z"
_SECOND, _MILLISECOND = timedelta(seconds=1), timedelta(milliseconds=1)


@dataclass(frozen=True)
class Plan:
    """A backfill before it starts.

    Attributes:
        dates: the dates of the schedule within the range, earliest first; conditions of the trigger may leave some out.
    """

    flow: Flow
    trigger_id: str
    start: datetime
    end: datetime
    dates: tuple[datetime, ...]


def plan(
    flow: Flow, trigger_id: str, start: str | date | datetime, end: str | date | datetime, most: int | None = None
) -> Plan:
    """Compute the dates that a backfill will run for.

    Parameters:
        flow: the flow.
        trigger_id: a schedule of the flow.
        start, end: the range; without a time zone, in the schedule's.
        most: how many dates there may be; as many as there are without it.

    Raises:
        NotFound: the flow has no such trigger.
        WorkbookError: it is no schedule, it is disabled, the range cannot be read, or it holds more dates than `most`.
        BackfillEmpty: no date of the schedule lies in the range.
    """
    declared = _declaration(flow, trigger_id)
    zone = _zone(declared.get("timezone"))
    first, last = _moment(start, zone, clock.min), _moment(end, zone, clock.max.replace(microsecond=0))
    if first > last:
        raise WorkbookError(f"The backfill's start {first:{SHOWN}} lies after its end {last:{SHOWN}}.")
    dates = tuple(islice(_dates(declared["cron"], zone, first, last), None if most is None else most + 1))
    if most is not None and len(dates) > most:
        raise WorkbookError(f"The range holds more than {most:,} dates of the schedule; choose a shorter one.")
    if not dates:
        raise BackfillEmpty(_why_empty(declared, zone, first, last))
    return Plan(flow, trigger_id, first, last, dates)


def run(
    api: KestraApi, plans: Sequence[Plan], labels: Mapping[str, str], inputs: Mapping[str, Any], *, wait: bool
) -> ExecutionList:
    """Start planned backfills of one flow, side by side, and wait for their executions.

    One that goes on already with the same range, labels and inputs is waited for: somebody stopped waiting for it, and
    runs the cell again.

    Parameters:
        api: the server.
        plans: what to start.
        labels, inputs: of the executions.
        wait: wait for their ends; without it, the list is empty.

    Raises:
        WorkbookError: a backfill of another range, or with other labels or inputs, goes on for one of the triggers.
        BackfillStalled: the scheduler starts no more of its executions.
        WaitInterrupted: by Ctrl-C.
    """
    before = {execution.id for execution in api.executions(plans[0].flow, complete=False)}
    new = [_begin(api, plan, labels, inputs) for plan in plans]
    return ExecutionList(
        execution
        for plan, is_new in zip(plans, new, strict=True)
        if wait
        for execution in _follow(api, plan, before if is_new else None)
    )


def _begin(api: KestraApi, plan: Plan, labels: Mapping[str, str], inputs: Mapping[str, Any]) -> bool:
    """Start a backfill; whether it had to be started, and did not go on already."""
    row = _row(api, plan)
    body = {
        "start": _start_to_send(plan).isoformat(),
        "end": plan.end.isoformat(),
        "labels": [{"key": key, "value": value} for key, value in labels.items()],
        "inputs": dict(inputs) or None,
    }
    if row.backfill and _is_same(row.backfill, body):
        return False
    if row.backfill:
        raise WorkbookError(
            f"Another backfill of {plan.trigger_id!r} goes on already. Wait, or end it with {_how_to_stop(plan)}."
        )
    api.http.form.start_backfill(row.raw, body)
    return True


def _is_same(going: Json, wanted: Json) -> bool:
    """Whether a backfill that goes on is the one that is wanted."""
    times = [parse_time(backfill.get(edge)) for edge in ("start", "end") for backfill in (going, wanted)]
    more = [(backfill.get("labels") or [], backfill.get("inputs") or None) for backfill in (going, wanted)]
    return times[0] == times[1] and times[2] == times[3] and more[0] == more[1]


def _start_to_send(plan: Plan) -> datetime:
    """The start, or a moment before it if a date is there.

    The engine (1.3.31) counts a date at the start only if a second one follows in the range. With one alone it starts
    nothing, and keeps the backfill on the trigger for ever.
    """
    return plan.start - _MILLISECOND if plan.dates[0] == plan.start else plan.start


def _how_to_stop(plan: Plan) -> str:
    return f"lab.kestra.stop_backfill({str(plan.flow.full_id)!r}, {plan.trigger_id!r})"


def _follow(api: KestraApi, plan: Plan, before: set[str] | None) -> ExecutionList:
    bar = progress.start(f"{plan.flow.id} / {plan.trigger_id}", "executions", plan.flow.executions_link)
    name = f"{plan.flow.id}/{plan.trigger_id}"
    began = time.monotonic()
    try:
        executions = _watch(api, plan, before, bar)
    except KeyboardInterrupt:
        bar.finish(name, "RUNNING", "goes on without you", time.monotonic() - began)
        raise WaitInterrupted(f"You stopped waiting; the backfill goes on. To end it:\n{_how_to_stop(plan)}") from None
    except BackfillStalled:
        bar.finish(name, "RUNNING", "starts no more", time.monotonic() - began)
        raise
    bar.finish(name, overall_state(executions), summarize(executions), span(executions))
    return executions


def _watch(api: KestraApi, plan: Plan, before: set[str] | None, bar: progress.Progress) -> ExecutionList:
    """Wait until the scheduler has started all executions, and then until they have ended.

    Parameters:
        before: executions that were there before it began; None if it went on already and nobody knows. Then the newest
            of each date is taken.
    """
    expected = len(plan.dates)
    settled: float | None = None
    stall = _Stall(plan)
    while True:
        new = [
            execution for execution in api.executions(plan.flow, complete=False) if execution.id not in (before or ())
        ]
        executions = [execution for execution in new if _belongs(execution, plan)]
        if before is None:  # they come oldest first
            executions = list({execution.trigger_date: execution for execution in executions}.values())
        ended = sum(execution.terminated for execution in executions)
        latest = max((execution.trigger_date for execution in executions if execution.trigger_date), default=None)
        note = f"{latest:%Y-%m-%d}" if latest else "waiting for the first"
        bar.update(progress.of_executions(executions, max(expected, len(executions)), note))
        row = _row(api, plan)
        if settled is None and not row.backfill:
            settled = time.monotonic()
        # The last one shows a moment after the scheduler is done; and conditions may have left dates out.
        late = settled is not None and time.monotonic() - settled > SETTLE_SECONDS
        complete = settled is not None and (late or (before is not None and len(executions) >= expected))
        if complete and ended == len(executions):
            executions.sort(key=lambda execution: (execution.trigger_date or plan.start, execution.id))
            return api.completed(executions)
        stall.look(new, executions, row)
        time.sleep(POLL_SECONDS)


class _Stall:
    """Notices a backfill that gets no further, so that nobody waits for it without an end."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._seen: list[tuple[str, str]] = []
        self._since = time.monotonic()

    def look(self, of_flow: Sequence[Execution], own: Sequence[Execution], row: Trigger) -> None:
        """Compare with the look before.

        Parameters:
            of_flow: the flow's executions since the backfill began; while one of them works, another may have to wait.
            own: those of the backfill.
            row: the trigger.

        Raises:
            BackfillStalled: nothing has moved for `STALL_SECONDS`.
        """
        seen = sorted((execution.id, execution.state) for execution in of_flow)
        if seen != self._seen or any(execution.state in _AT_WORK for execution in of_flow):
            self._seen, self._since = seen, time.monotonic()
        elif time.monotonic() - self._since > STALL_SECONDS:
            raise BackfillStalled(self._message(own, row))

    def _message(self, own: Sequence[Execution], row: Trigger) -> str:
        states = ", ".join(sorted({execution.state for execution in own if not execution.terminated}))
        count = f"{len(own)} of {len(self._plan.dates)} executions have been started"
        head = f"The backfill of {self._plan.trigger_id!r} gets no further: {count}"
        head += f", some are {states}," if states else ""
        return f"{head} and nothing has moved for {STALL_SECONDS:.0f} s.\n{_why_stalled(row, states)} To end it: " + (
            f"{_how_to_stop(self._plan)}"
        )


def _why_stalled(row: Trigger, states: str) -> str:
    if row.disabled:
        return "The trigger has been disabled meanwhile."
    if row.backfill and row.backfill.get("paused"):
        return "It is paused: resume it where it was paused."
    if states:
        return "Such executions wait for somebody, or for a place under the flow's limit."
    return "Is Kestra's scheduler up, and does the flow still have the trigger?"


def _belongs(execution: Execution, plan: Plan) -> bool:
    if execution.trigger_id != plan.trigger_id:
        return False
    ran_for = execution.trigger_date
    return ran_for is None or plan.start <= ran_for <= plan.end


def _row(api: KestraApi, plan: Plan) -> Trigger:
    """The trigger's row, which appears about a second after its flow was imported."""
    give_up = time.monotonic() + ROW_SECONDS
    while time.monotonic() < give_up:
        for row in api.triggers(plan.flow):
            if row.id == plan.trigger_id:
                return row
        time.sleep(POLL_SECONDS)
    raise NotFound(f"Kestra's scheduler has not taken up the trigger {plan.trigger_id!r} of {plan.flow.id!r}.")


def _declaration(flow: Flow, trigger_id: str) -> Json:
    declared: Json | None = next((raw for raw in flow.raw.get("triggers") or [] if raw["id"] == trigger_id), None)
    if declared is None:
        has = ", ".join(flow.trigger_ids) or "none"
        raise NotFound(f"Flow {flow.id!r} has no trigger {trigger_id!r}. Its triggers: {has}.")
    if "cron" not in declared:
        raise WorkbookError(f"{trigger_id!r} is no schedule; only a schedule has dates to backfill.")
    if declared.get("disabled"):
        raise WorkbookError(f"The trigger {trigger_id!r} is disabled in the flow; a backfill of it would never start.")
    return declared


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise WorkbookError(f"There is no time zone {name!r}.") from error


def _moment(value: str | date | datetime, zone: ZoneInfo, at: clock) -> datetime:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError as error:
            raise WorkbookError(f"{value!r} is no date; write it as 2020-01-31 or 2020-01-31T10:00.") from error
    if not isinstance(value, datetime):
        value = datetime.combine(value, at)
    return value if value.tzinfo else value.replace(tzinfo=zone)


def _dates(cron: str, zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    try:
        # The start itself counts, and croniter gives what lies after its start.
        steps = croniter(cron, first.astimezone(zone) - _SECOND, ret_type=datetime)
        while (moment := steps.get_next(datetime)) <= last:
            yield moment
    except CroniterError as error:
        raise WorkbookError(f"The schedule's cron {cron!r} cannot be read: {error}") from error


def _why_empty(declared: Json, zone: ZoneInfo, first: datetime, last: datetime) -> str:
    cron = declared["cron"]
    next_date = croniter(cron, first.astimezone(zone), ret_type=datetime).get_next(datetime)
    utc = f" (that is {next_date.astimezone(UTC):{SHOWN}})" if str(zone) != "UTC" else ""
    return (
        f"This backfill would start nothing: the schedule {cron!r} in {zone.key} has no date between "
        f"{first:{SHOWN}} and {last:{SHOWN}}.\n"
        f"Its first date after that start is {next_date:{SHOWN}}{utc}. Check the range, and in which zone you wrote it."
    )
