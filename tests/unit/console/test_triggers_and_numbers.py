"""What is said of triggers, which dates come next, and numbers of days."""

from datetime import UTC, datetime
from typing import Any

import pytest

from console.calls.filters import FlowFilters
from console.calls.logs import LogFilters
from console.calls.measures import days_until_now
from console.calls.triggers import missed_dates
from console.components.labels import labels_of
from console.components.trigger_words import next_date, schedule
from console.pages.dashboard import next_rows
from workbook.kestra.models import Flow, Trigger

DECLARED = {
    "id": "monthly",
    "type": "io.kestra.plugin.core.trigger.Schedule",
    "cron": "0 10 1 * *",
    "timezone": "America/New_York",
}


def row(trigger: str = "monthly", **more: Any) -> dict[str, Any]:
    """A trigger as the API sends it."""
    context = {"namespace": "space", "flowId": "flow", "triggerId": trigger, **more}
    return {"abstractTrigger": {**DECLARED, "id": trigger}, "triggerContext": context}


def test_the_next_date_is_told_in_the_zone_of_the_trigger() -> None:
    state = Trigger.from_json(row(nextExecutionDate="2026-07-01T14:00:00Z")["triggerContext"])
    assert next_date(DECLARED, state) == "2026-07-01 10:00 EDT"
    assert schedule(DECLARED) == "0 10 1 * * (America/New_York)"


@pytest.mark.parametrize(
    ("declared", "state", "words"),
    [
        ({"disabled": True}, {}, "none while disabled"),
        ({}, {"disabled": True}, "none while disabled"),
        ({}, {}, "being computed"),
        ({}, None, "the scheduler has not taken it up yet"),
        ({"type": "io.kestra.plugin.core.trigger.Webhook"}, None, "when its address is called"),
    ],
)
def test_a_trigger_without_a_next_date_says_why(
    declared: dict[str, Any], state: dict[str, Any] | None, words: str
) -> None:
    known = None if state is None else Trigger.from_json(row(**state)["triggerContext"])
    assert next_date({**DECLARED, **declared}, known) == words


@pytest.mark.parametrize(
    ("since", "count"),
    [((2026, 5, 1), 3), ((2026, 7, 1), 1), ((2026, 8, 1), 0), ((2026, 9, 1), 0), ((1000, 1, 1), 10_001)],
)
def test_dates_that_have_passed_are_counted(since: tuple[int, int, int], count: int) -> None:
    flow = Flow.from_json({"namespace": "space", "id": "flow", "triggers": [{**DECLARED, "timezone": "UTC"}]})
    last = datetime(*since, 10, tzinfo=UTC)
    assert missed_dates(flow, "monthly", last, datetime(2026, 8, 15, tzinfo=UTC)) == count


def test_next_dates_leave_out_what_is_disabled_and_begin_with_the_nearest() -> None:
    rows = [
        row("later", nextExecutionDate="2026-09-01T14:00:00Z"),
        row("off", nextExecutionDate="2026-07-01T14:00:00Z", disabled=True),
        row("unknown"),
        row("sooner", nextExecutionDate="2026-08-01T14:00:00Z"),
    ]
    assert [found["trigger"] for found in next_rows(rows)] == ["sooner", "later"]


def test_days_end_with_today_in_utc() -> None:
    now = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
    assert days_until_now(3, now) == ["2026-02-27", "2026-02-28", "2026-03-01"]


def test_labels_are_read_from_a_text() -> None:
    assert labels_of("team: data, url:a:b,, wrong, :none") == {"team": "data", "url": "a:b"}


def test_empty_filters_are_not_sent() -> None:
    assert FlowFilters(flow="f").query() == {"filters[flowId][EQUALS]": "f"}
    assert "filters[namespace][STARTS_WITH]" in LogFilters(namespace="a").query()
    assert "filters[namespace][EQUALS]" in LogFilters(namespace="a", flow="f", of_flow=True).query()
    assert LogFilters(period="nonsense").query()["filters[timeRange][EQUALS]"] == "P8D"
