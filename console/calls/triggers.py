"""Triggers: search them, turn them on and off, unlock them, and run their backfills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from console.calls.executions import check_inputs
from console.calls.filters import FlowFilters
from console.calls.paged import Page
from workbook.errors import NotFound, WorkbookError
from workbook.kestra import backfill
from workbook.kestra.client import KestraClient
from workbook.kestra.errors import BackfillEmpty
from workbook.kestra.models import Flow, Trigger

MOST_DATES = 10_000
"""A backfill of more executions is not started from a screen: its range is taken for a mistake."""
Json = dict[str, Any]


@dataclass(frozen=True)
class TriggerId:
    """Which trigger is meant."""

    namespace: str
    flow: str
    trigger: str

    def body(self) -> dict[str, str]:
        """As the API takes it."""
        return {"namespace": self.namespace, "flowId": self.flow, "triggerId": self.trigger}


@dataclass(frozen=True)
class BackfillRequest:
    """A backfill that somebody asks for.

    Attributes:
        start, end: the range, as dates or moments; without a time zone, in the trigger's.
        inputs: those that differ from the trigger's own.
        labels: of the executions.
    """

    start: str
    end: str
    inputs: Mapping[str, str]
    labels: Mapping[str, str]


def search(kestra: KestraClient, filters: FlowFilters, page: int, size: int, sort: str = "triggerId:asc") -> Page:
    """Triggers that the scheduler has: each its `abstractTrigger` (as declared) and its `triggerContext` (its state).

    Parameters:
        kestra: the client.
        filters: which.
        page, size: which rows.
        sort: by which column, and in which direction.
    """
    params = {**filters.query(), "page": page, "size": size, "sort": sort}
    return Page.of(kestra.http.json("GET", "/triggers/search", params=params))


def set_disabled(kestra: KestraClient, triggers: Sequence[TriggerId], disabled: bool) -> None:
    """Turn triggers off or on."""
    body = {"triggers": [trigger.body() for trigger in triggers], "disabled": disabled}
    kestra.http.json("POST", "/triggers/set-disabled/by-triggers", json=body)


def unlock(kestra: KestraClient, triggers: Sequence[TriggerId]) -> int:
    """Free triggers from executions that they wait for; gives how many were locked."""
    bodies = [trigger.body() for trigger in triggers]
    return int(kestra.http.json("POST", "/triggers/unlock/by-triggers", json=bodies)["count"])


def plan(flow: Flow, trigger_id: str, start: str, end: str) -> backfill.Plan:
    """The dates that a backfill would run for.

    Parameters:
        flow: the flow.
        trigger_id: a schedule of it.
        start, end: as in `BackfillRequest`.

    Raises:
        WorkbookError: the range cannot be read, holds no date, or more than `MOST_DATES`.
    """
    return backfill.plan(flow, trigger_id, start, end, most=MOST_DATES)


def start_backfill(kestra: KestraClient, flow: Flow, trigger_id: str, wanted: BackfillRequest) -> int:
    """Start a backfill; gives how many dates it has.

    Parameters:
        kestra: the client.
        flow: the flow.
        trigger_id: a schedule of it.
        wanted: the range, and what the executions get.

    Raises:
        WorkbookError: as in `plan`, or another backfill of the trigger goes on.
    """
    dates = plan(flow, trigger_id, wanted.start, wanted.end).dates
    kestra.triggers.backfill(
        flow,
        trigger_id,
        start=wanted.start,
        end=wanted.end,
        labels=wanted.labels,
        inputs=wanted.inputs,
        wait=False,
    )
    return len(dates)


def pause_backfill(kestra: KestraClient, trigger: TriggerId) -> None:
    """Let a backfill start no more executions for now."""
    kestra.http.json("PUT", "/triggers/backfill/pause", json=_row(kestra, trigger).raw)


def continue_backfill(kestra: KestraClient, trigger: TriggerId) -> None:
    """Let a paused backfill go on."""
    kestra.http.json("PUT", "/triggers/backfill/unpause", json=_row(kestra, trigger).raw)


def cancel_backfill(kestra: KestraClient, trigger: TriggerId) -> None:
    """End a backfill; executions that have started run to their end."""
    kestra.http.json("POST", "/triggers/backfill/delete", json=trigger.body())


def missed_dates(flow: Flow, trigger_id: str, since: datetime, now: datetime) -> int:
    """How many dates of a schedule have passed since a moment; more than `MOST_DATES` count as one more than that.

    Parameters:
        flow: the flow.
        trigger_id: a schedule of it.
        since: the last date that the scheduler has dealt with.
        now: the moment.
    """
    try:
        return len(backfill.plan(flow, trigger_id, since + timedelta(seconds=1), now, most=MOST_DATES).dates)
    except BackfillEmpty:
        return 0
    except WorkbookError:
        return MOST_DATES + 1 if since < now else 0


def missed_dates_of(kestra: KestraClient, trigger: TriggerId, since: datetime, now: datetime) -> int:
    """As `missed_dates`, of a trigger whose flow is read first.

    Parameters:
        kestra: the client.
        trigger: a schedule.
        since, now: as there.
    """
    return missed_dates(kestra.flow(f"{trigger.namespace}/{trigger.flow}"), trigger.trigger, since, now)


def own_inputs(flow: Flow, trigger_id: str) -> dict[str, Any]:
    """The inputs that a trigger gives to its executions."""
    declared: Json = next((raw for raw in flow.raw.get("triggers") or [] if raw["id"] == trigger_id), {})
    return dict(declared.get("inputs") or {})


def check_backfill_inputs(
    kestra: KestraClient, flow: Flow, rendered: frozenset[str], values: Mapping[str, Any]
) -> list[Json]:
    """What the engine says of a backfill's inputs.

    Parameters:
        kestra: the client.
        flow: the flow.
        rendered: inputs that the trigger itself gives, by an expression; nothing is missing if they are not given.
        values: by the inputs' ids.
    """
    entries = check_inputs(kestra, flow.full_id, values)
    for entry in entries:
        if entry["input"]["id"] in rendered - set(values):
            entry["errors"] = []
    return entries


def _row(kestra: KestraClient, trigger: TriggerId) -> Trigger:
    """The trigger as the scheduler has it: the API wants all of it."""
    for row in kestra.triggers(f"{trigger.namespace}/{trigger.flow}"):
        if row.id == trigger.trigger:
            return row
    raise NotFound(f"Kestra's scheduler has no trigger {trigger.trigger!r} of {trigger.flow!r}.")
