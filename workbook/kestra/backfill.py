"""Backfills: a schedule run for dates that have passed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import CroniterError, croniter

from workbook.errors import BackfillEmpty, NotFound, WaitInterrupted, WorkbookError
from workbook.kestra import progress
from workbook.kestra.models import Execution, Flow, Json, Trigger
from workbook.kestra.runs import overall, summary

if TYPE_CHECKING:
    from workbook.kestra.client import KestraClient

POLL_SECONDS = 0.5
ROW_SECONDS = 15.0
SETTLE_SECONDS = 5.0
SHOWN = "%Y-%m-%d %H:%M %Z"
_SECOND = timedelta(seconds=1)


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


def plan(flow: Flow, trigger_id: str, start: str | date | datetime, end: str | date | datetime) -> Plan:
    """Work out which dates a backfill will run for.

    Raises:
        NotFound: the flow has no such trigger.
        WorkbookError: it is no schedule, it is disabled, or the range cannot be read.
        BackfillEmpty: no date of the schedule lies in the range.
    """
    declared = _declaration(flow, trigger_id)
    zone = _zone(declared.get("timezone"))
    first, last = _moment(start, zone, clock.min), _moment(end, zone, clock.max.replace(microsecond=0))
    if first > last:
        raise WorkbookError(f"The backfill's start {first:{SHOWN}} lies after its end {last:{SHOWN}}.")
    dates = _dates(declared["cron"], zone, first, last)
    if not dates:
        raise BackfillEmpty(_why_empty(declared, zone, first, last))
    return Plan(flow, trigger_id, first, last, dates)


def run(
    client: KestraClient, plans: Sequence[Plan], labels: Mapping[str, str], inputs: Mapping[str, Any], wait: bool
) -> list[Execution]:
    """Start planned backfills of one flow, side by side, and wait for their executions.

    Raises:
        WorkbookError: another backfill of one of the triggers goes on.
        WaitInterrupted: by Ctrl-C.
    """
    before = {one.id for one in client.executions(plans[0].flow)}
    for plan in plans:
        _begin(client, plan, labels, inputs)
    return [one for plan in plans for one in _follow(client, plan, before)] if wait else []


def _begin(client: KestraClient, plan: Plan, labels: Mapping[str, str], inputs: Mapping[str, Any]) -> None:
    row = _row(client, plan)
    if row.backfill:
        raise WorkbookError(
            f"A backfill of {plan.trigger_id!r} goes on already. Wait for it, or end it with "
            f"lab.kestra.stop_backfill(flow, {plan.trigger_id!r})."
        )
    body = {
        "start": plan.start.isoformat(),
        "end": plan.end.isoformat(),
        "labels": [{"key": key, "value": value} for key, value in labels.items()],
        "inputs": dict(inputs) or None,
    }
    client.http.call("PUT", "/triggers", json={**row.raw, "backfill": body})


def _follow(client: KestraClient, plan: Plan, before: set[str]) -> list[Execution]:
    bar = progress.start(f"{plan.flow.id} / {plan.trigger_id}", "executions")
    name = f"{plan.flow.id}/{plan.trigger_id}"
    try:
        runs = _watch(client, plan, before, bar)
    except KeyboardInterrupt:
        bar.finish(name, "RUNNING", "goes on without you")
        raise WaitInterrupted(
            "You stopped waiting; the backfill goes on. "
            f"To end it: lab.kestra.stop_backfill({plan.flow.namespace!r}, {plan.trigger_id!r}, {plan.flow.id!r})"
        ) from None
    bar.finish(name, overall(runs), summary(runs))
    return runs


def _watch(client: KestraClient, plan: Plan, before: set[str], bar: progress.Progress) -> list[Execution]:
    """Wait until the scheduler has started them all, and then until they have ended."""
    expected = len(plan.dates)
    settled: float | None = None
    while True:
        runs = _found(client, plan, before)
        ended = sum(one.ended for one in runs)
        latest = max((one.trigger_date for one in runs if one.trigger_date), default=None)
        bar.update(ended, max(expected, len(runs)), f"{latest:%Y-%m-%d}" if latest else "waiting for the first")
        if settled is None and not _row(client, plan).backfill:
            settled = time.monotonic()
        # The last one shows a moment after the scheduler is done; and conditions may have left dates out.
        whole = settled is not None and (len(runs) >= expected or time.monotonic() - settled > SETTLE_SECONDS)
        if whole and ended == len(runs):
            return sorted(runs, key=lambda one: (one.trigger_date or plan.start, one.id))
        time.sleep(POLL_SECONDS)


def _found(client: KestraClient, plan: Plan, before: set[str]) -> list[Execution]:
    return [one for one in client.executions(plan.flow) if one.id not in before and _belongs(one, plan)]


def _belongs(execution: Execution, plan: Plan) -> bool:
    if (execution.trigger or {}).get("id") != plan.trigger_id:
        return False
    ran_for = execution.trigger_date
    return ran_for is None or plan.start <= ran_for <= plan.end


def _row(client: KestraClient, plan: Plan) -> Trigger:
    """The trigger's row, which appears about a second after its flow was imported."""
    give_up = time.monotonic() + ROW_SECONDS
    while time.monotonic() < give_up:
        for row in client.triggers(plan.flow):
            if row.id == plan.trigger_id:
                return row
        time.sleep(POLL_SECONDS)
    raise NotFound(f"Kestra's scheduler has not taken up the trigger {plan.trigger_id!r} of {plan.flow.id!r}.")


def _declaration(flow: Flow, trigger_id: str) -> Json:
    found = [one for one in flow.raw.get("triggers") or [] if one["id"] == trigger_id]
    if not found:
        has = ", ".join(flow.trigger_ids) or "none"
        raise NotFound(f"Flow {flow.id!r} has no trigger {trigger_id!r}. Its triggers: {has}.")
    if "cron" not in found[0]:
        raise WorkbookError(f"{trigger_id!r} is no schedule; only a schedule has dates to backfill.")
    if found[0].get("disabled"):
        raise WorkbookError(f"The trigger {trigger_id!r} is disabled in the flow; a backfill of it would never start.")
    return found[0]


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


def _dates(cron: str, zone: ZoneInfo, first: datetime, last: datetime) -> tuple[datetime, ...]:
    try:
        # The start itself counts, and croniter gives what lies after its start.
        steps = croniter(cron, first.astimezone(zone) - _SECOND, ret_type=datetime)
        dates = []
        while (moment := steps.get_next(datetime)) <= last:
            dates.append(moment)
    except CroniterError as error:
        raise WorkbookError(f"The schedule's cron {cron!r} cannot be read: {error}") from error
    return tuple(dates)


def _why_empty(declared: Json, zone: ZoneInfo, first: datetime, last: datetime) -> str:
    cron = declared["cron"]
    next_one = croniter(cron, first.astimezone(zone), ret_type=datetime).get_next(datetime)
    utc = f" (that is {next_one.astimezone(UTC):{SHOWN}})" if str(zone) != "UTC" else ""
    return (
        f"This backfill would start nothing: the schedule {cron!r} in {zone.key} has no date between "
        f"{first:{SHOWN}} and {last:{SHOWN}}.\n"
        f"Its first date after that start is {next_one:{SHOWN}}{utc}. Check the range, and in which zone you wrote it."
    )
