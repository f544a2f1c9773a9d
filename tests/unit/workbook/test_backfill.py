"""Backfills: which dates they run for, and how they are waited for."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, strategies

from tests.support.fake_kestra import FakeKestra, recorded
from workbook.errors import NotFound, WorkbookError
from workbook.kestra import KestraClient
from workbook.kestra import backfill as backfill_module
from workbook.kestra.backfill import plan
from workbook.kestra.errors import BackfillEmpty, BackfillStalled, ExecutionFailed, WaitInterrupted
from workbook.kestra.models import Flow

RAW = recorded("taxi.execution")
ROW = {"namespace": "zoomcamp", "flowId": "taxi", "triggerId": "green", "date": "2026-11-21T00:00:00Z"}


def _flow(**trigger: Any) -> Flow:
    declared = {"id": "green", "cron": "0 9 1 * *", "timezone": "America/New_York", **trigger}
    raw = {"namespace": "zoomcamp", "id": "taxi", "triggers": [declared]}
    return Flow.from_json(raw)


def test_a_year_in_new_york_has_twelve_dates_at_nine_local_time() -> None:
    dates = plan(_flow(), "green", "2020-01-01", "2020-12-31").dates
    assert [f"{moment:%m-%d %H}" for moment in dates] == [f"{month:02d}-01 09" for month in range(1, 13)]
    assert {f"{moment.astimezone(UTC):%H}" for moment in dates} == {"13", "14"}


def test_a_range_counts_both_its_ends() -> None:
    start = end = "2020-02-01T09:00"
    assert len(plan(_flow(), "green", start, end).dates) == 1


@pytest.mark.parametrize("day", ["2020-01-01", date(2020, 1, 1), datetime(2020, 1, 1)])
def test_a_date_without_zone_is_in_the_schedules_zone(day: Any) -> None:
    assert plan(_flow(), "green", day, "2020-12-31").start.isoformat() == "2020-01-01T00:00:00-05:00"


def test_a_range_in_utc_that_ends_before_nine_in_new_york_is_explained() -> None:
    with pytest.raises(BackfillEmpty) as caught:
        plan(_flow(), "green", "2020-01-01T00:00Z", "2020-01-01T10:00Z")
    message = str(caught.value)
    assert "'0 9 1 * *' in America/New_York" in message
    assert "2020-01-01 09:00 EST (that is 2020-01-01 14:00 UTC)" in message


def test_a_schedule_without_zone_is_in_utc() -> None:
    flow = _flow(timezone=None)
    assert len(plan(flow, "green", "2020-01-01T00:00Z", "2020-01-01T10:00Z").dates) == 1


@given(strategies.dates(date(2015, 1, 1), date(2025, 1, 1)), strategies.integers(0, 800))
def test_every_first_of_a_month_in_the_range_is_planned(start: date, days: int) -> None:
    end = date.fromordinal(start.toordinal() + days)
    firsts = [day for at in range(days + 1) if (day := date.fromordinal(start.toordinal() + at)).day == 1]
    if firsts:
        assert [day.date() for day in plan(_flow(), "green", start, end).dates] == firsts
    else:
        with pytest.raises(BackfillEmpty):
            plan(_flow(), "green", start, end)


@pytest.mark.parametrize(
    ("trigger", "start", "end", "message"),
    [
        ({}, "2020-02-01", "2020-01-01", "lies after its end"),
        ({}, "tomorrow", "2020-01-01", "'tomorrow' is no date"),
        ({"cron": "often"}, "2020-01-01", "2020-01-02", "cron 'often' cannot be read"),
        ({"timezone": "Mars/Base"}, "2020-01-01", "2020-01-02", "no time zone 'Mars/Base'"),
        ({"disabled": True}, "2020-01-01", "2020-01-02", "is disabled"),
    ],
)
def test_what_cannot_work_is_said_before_it_starts(trigger: Any, start: str, end: str, message: str) -> None:
    with pytest.raises(WorkbookError, match=message):
        plan(_flow(**trigger), "green", start, end)


def test_unknown_trigger_names_those_there_are() -> None:
    with pytest.raises(NotFound, match=r"no trigger 'blue'\. Its triggers: green"):
        plan(_flow(), "blue", "2020-01-01", "2020-01-02")


class _Scheduler:
    """Plays the engine: after the backfill is put, each look at the executions shows one more of them."""

    def __init__(self, fake: FakeKestra, months: int, bad: int = 0) -> None:
        self._months, self._bad = months, bad
        self._started = 0
        self._going: dict[str, Any] | None = None
        fake.flow({"namespace": "zoomcamp", "id": "taxi", "triggers": _flow().raw["triggers"]})
        fake.on("GET", "/triggers/zoomcamp/taxi", self._row)
        fake.on("PUT", "/triggers", self._put)
        fake.on("GET", "/executions/search", self._executions)

    def _row(self, request: Any) -> Any:
        return {"results": [{**ROW, "backfill": self._going}], "total": 1}

    def _put(self, request: Any) -> Any:
        self._going = {"start": "2020-01-01T00:00:00Z"}
        return ROW

    def _executions(self, request: Any) -> Any:
        if self._going:
            self._started += 1
            if self._started >= self._months:
                self._going = None
        started = [self._execution(month) for month in range(1, self._started + 1)]
        by_hand = {**RAW, "id": "by hand", "trigger": None}
        return {"results": [by_hand, *started], "total": len(started) + 1}

    def _execution(self, month: int) -> Any:
        trigger = {"id": "green", "variables": {"date": f"2020-{month:02d}-01T09:00:00-05:00"}}
        state = {**RAW["state"], "current": "FAILED"} if month == self._bad else RAW["state"]
        return {**RAW, "id": f"month{month}", "trigger": trigger, "state": state}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill_module, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(backfill_module, "SETTLE_SECONDS", 0.2)


def test_waits_for_all_and_gives_them_by_date(
    fake: FakeKestra, client: KestraClient, capsys: pytest.CaptureFixture[str]
) -> None:
    _Scheduler(fake, 4)
    runs = client.backfill(
        "zoomcamp/taxi",
        "green",
        start="2020-01-01",
        end="2020-04-30",
        labels={"backfill": "true"},
        inputs={"taxi": "green"},
    )
    assert [execution.id for execution in runs] == ["month1", "month2", "month3", "month4"]
    assert capsys.readouterr().out.startswith("taxi/green  SUCCESS  4 executions in ")
    sent = json.loads(fake.requests("PUT", "/triggers")[0][1])
    assert sent["triggerId"] == "green"
    assert sent["backfill"] == {
        "start": "2020-01-01T00:00:00-05:00",
        "end": "2020-04-30T23:59:59-04:00",
        "labels": [{"key": "backfill", "value": "true"}],
        "inputs": {"taxi": "green"},
    }


def test_dates_that_conditions_leave_out_are_not_waited_for_ever(fake: FakeKestra, client: KestraClient) -> None:
    _Scheduler(fake, 2)
    assert len(client.backfill("zoomcamp/taxi", "green", start="2020-01-01", end="2020-04-30")) == 2


def test_one_that_failed_is_explained(
    fake: FakeKestra, client: KestraClient, capsys: pytest.CaptureFixture[str]
) -> None:
    _Scheduler(fake, 3, bad=2)
    fake.on("GET", "/logs/month2", [{"level": "ERROR", "message": "no such file"}])
    with pytest.raises(ExecutionFailed, match="no such file"):
        client.backfill("zoomcamp/taxi", "green", start="2020-01-01", end="2020-03-31")
    assert "taxi/green  FAILED  3 executions, 2 of them good" in capsys.readouterr().out


def test_without_waiting_it_returns_at_once(fake: FakeKestra, client: KestraClient) -> None:
    _Scheduler(fake, 3)
    assert client.backfill("zoomcamp/taxi", "green", start="2020-01-01", end="2020-03-31", wait=False) == []
    assert len(fake.requests("PUT", "/triggers")) == 1


def test_a_date_at_the_start_is_not_sent_as_the_start(fake: FakeKestra, client: KestraClient) -> None:
    """The engine starts nothing for a range with one date that begins exactly there."""
    _Scheduler(fake, 1)
    tick = "2020-02-01T09:00"
    assert len(client.backfill("zoomcamp/taxi", "green", start=tick, end=tick, wait=False)) == 0
    sent = json.loads(fake.requests("PUT", "/triggers")[0][1])["backfill"]
    assert (sent["start"], sent["end"]) == ("2020-02-01T08:59:59.999000-05:00", "2020-02-01T09:00:00-05:00")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"backfill": {"paused": True}}, "It is paused"),
        ({"backfill": {"paused": False}, "disabled": True}, "has been disabled"),
        ({"backfill": {"paused": False}}, "scheduler up"),
    ],
)
def test_waiting_for_one_that_starts_nothing_has_an_end(
    fake: FakeKestra, client: KestraClient, monkeypatch: pytest.MonkeyPatch, row: dict[str, Any], why: str
) -> None:
    monkeypatch.setattr(backfill_module, "STALL_SECONDS", 0.05)
    _Scheduler(fake, 1)
    fake.on("GET", "/executions/search", {"results": [], "total": 0})
    put: list[Any] = []
    fake.on("PUT", "/triggers", lambda request: put.append(request) or ROW)
    fake.on("GET", "/triggers/zoomcamp/taxi", lambda _: {"results": [{**ROW, **(row if put else {})}], "total": 1})
    with pytest.raises(BackfillStalled, match=why) as caught:
        client.backfill("zoomcamp/taxi", "green", start="2020-01-01", end="2020-04-30")
    assert "0 of 4 executions have been started" in str(caught.value)
    assert "lab.kestra.stop_backfill('zoomcamp/taxi', 'green')" in str(caught.value)


def test_an_execution_that_works_for_long_is_no_stall(
    fake: FakeKestra, client: KestraClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill_module, "STALL_SECONDS", 0.0)
    scheduler = _Scheduler(fake, 1)
    looks = iter(["RUNNING"] * 5)

    def executions(request: Any) -> Any:
        answer = scheduler._executions(request)
        for execution in answer["results"][1:]:
            execution["state"] = {**execution["state"], "current": next(looks, "SUCCESS")}
        return answer

    fake.on("GET", "/executions/search", executions)
    assert len(client.backfill("zoomcamp/taxi", "green", start="2020-01-01", end="2020-01-31")) == 1


def test_a_backfill_that_goes_on_is_not_replaced(fake: FakeKestra, client: KestraClient) -> None:
    _Scheduler(fake, 3)
    client.backfill("zoomcamp/taxi", "green", start="2020-01-01", end="2020-03-31", wait=False)
    fake.on("GET", "/executions/search", {"results": [], "total": 0})
    with pytest.raises(WorkbookError, match="goes on already"):
        client.backfill("zoomcamp/taxi", "green", start="2020-01-01", end="2020-03-31")


def test_one_that_goes_on_already_is_waited_for(fake: FakeKestra, client: KestraClient) -> None:
    """The cell was interrupted and is run again: executions of before count, those of older backfills do not."""
    scheduler = _Scheduler(fake, 4)
    asked: dict[str, Any] = {"start": "2020-01-01", "end": "2020-04-30", "labels": {"backfill": "true"}}
    client.backfill("zoomcamp/taxi", "green", **asked, wait=False)
    sent = json.loads(fake.requests("PUT", "/triggers")[0][1])["backfill"]
    scheduler._going = {**sent, "start": "2020-01-01T05:00:00Z", "end": "2020-05-01T03:59:59Z"}
    scheduler._started = 2
    runs = client.backfill("zoomcamp/taxi", "green", **asked)
    assert [execution.id for execution in runs] == ["month1", "month2", "month3", "month4"]
    assert len(fake.requests("PUT", "/triggers")) == 1


def test_stopping_to_wait_says_how_to_end_it(
    fake: FakeKestra, client: KestraClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    _Scheduler(fake, 3)
    monkeypatch.setattr(backfill_module, "_watch", interrupted)
    with pytest.raises(WaitInterrupted, match=r"stop_backfill\('zoomcamp/taxi', 'green'\)"):
        client.backfill("zoomcamp/taxi", "green", start="2020-01-01", end="2020-03-31")


def test_stop_names_the_trigger(fake: FakeKestra, client: KestraClient) -> None:
    _Scheduler(fake, 3)
    client.backfill("zoomcamp/taxi", "green", start="2020-01-01", end="2020-03-31", wait=False)
    fake.on("POST", "/triggers/backfill/delete", ROW)
    assert client.stop_backfill("zoomcamp/taxi", "green")
    sent = json.loads(fake.requests("POST", "/triggers/backfill/delete")[0][1])
    assert sent == {"namespace": "zoomcamp", "flowId": "taxi", "triggerId": "green"}


def test_stop_without_a_backfill_asks_for_nothing(fake: FakeKestra, client: KestraClient) -> None:
    _Scheduler(fake, 3)
    assert not client.stop_backfill("zoomcamp/taxi", "green")
    assert not fake.requests("POST", "/triggers/backfill/delete")


def test_a_range_with_more_dates_than_wanted_is_refused() -> None:
    assert len(plan(_flow(), "green", "2020-01-01", "2020-12-31", most=12).dates) == 12
    with pytest.raises(WorkbookError, match="more than 11 dates"):
        plan(_flow(), "green", "2020-01-01", "2020-12-31", most=11)
