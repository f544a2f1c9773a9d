"""Backfills at the wire: a schedule run over a time in the past."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kestrapy import KestraClient
from kestrapy.exceptions import ApiException

from tests.support.waiting import eventually
from tests.wire.kestra_api.client import Api, where

NAMESPACE = "backfills"
FLOW = """
    id: {id}
    namespace: backfills
    inputs:
      - {{id: taxi, type: STRING, defaults: none}}
    tasks:
      - id: month
        type: io.kestra.plugin.core.debug.Return
        format: >-
          {{{{ inputs.taxi }}}}
          {{{{ trigger.date | date("yyyy-MM-dd HH:mm xxx", timeZone="America/New_York") }}}}
    triggers:
      - id: monthly
        type: io.kestra.plugin.core.trigger.Schedule
        cron: "0 10 1 * *"
        timezone: America/New_York
        inputs: {{taxi: green}}
      - id: sleeping
        type: io.kestra.plugin.core.trigger.Schedule
        cron: "0 10 1 * *"
        disabled: true
      - id: hook
        type: io.kestra.plugin.core.trigger.Webhook
        key: backfills-key
"""
NUMBERS = itertools.count()
YEAR = {"start": "2020-01-01T00:00:00Z", "end": "2020-12-31T23:59:59Z"}


def trigger(flow: str, name: str = "monthly") -> dict[str, Any]:
    return {"namespace": NAMESPACE, "flowId": flow, "triggerId": name}


def begin(api: Api, flow: str, backfill: dict[str, Any], name: str = "monthly") -> Any:
    return api.put("/triggers", json={**trigger(flow, name), "backfill": backfill})


def state(api: Api, flow: str) -> dict[str, Any]:
    return api.get(f"/triggers/{NAMESPACE}/{flow}").json()["results"][0]


def executions(api: Api, flow: str) -> list[dict[str, Any]]:
    found = api.get("/executions/search", params={"namespace": NAMESPACE, "flowId": flow, "size": 100}).json()[
        "results"
    ]
    return sorted(found, key=lambda execution: execution["trigger"]["variables"]["date"])


def same_time(one: str, other: str) -> bool:
    """Whether two dates are the same moment, in whatever time zone they are told."""
    return datetime.fromisoformat(one) == datetime.fromisoformat(other)


def new_flow(api: Api, name: str) -> None:
    api.flow(FLOW.format(id=name))


def test_a_year_of_months(api: Api) -> None:
    new_flow(api, "year")
    # Right after the import, when the scheduler has not seen the flow yet.
    answer = begin(
        api, "year", {**YEAR, "labels": [{"key": "run", "value": "taxi-2020"}], "inputs": {"taxi": "yellow"}}
    )
    assert answer.status_code == 200, answer.text
    begun = answer.json()
    assert begun["backfill"]["currentDate"] == YEAR["start"]
    assert begun["backfill"]["paused"] is False
    assert same_time(begun["nextExecutionDate"], "2020-01-01T15:00:00Z")
    previous = begun["backfill"]["previousNextExecutionDate"]
    assert begin(api, "year", YEAR).status_code == 409  # one at a time

    eventually(lambda: "backfill" not in state(api, "year"))
    done = eventually(
        lambda: (
            [e for e in executions(api, "year") if e["state"]["current"] == "SUCCESS"][11:] and executions(api, "year")
        )
    )
    assert len(done) == 12
    offset = dict.fromkeys(range(1, 13), "-04:00") | dict.fromkeys((1, 2, 3, 11, 12), "-05:00")
    expected = [f"yellow 2020-{month:02}-01 10:00 {offset[month]}" for month in range(1, 13)]
    assert [execution["taskRunList"][0]["outputs"]["value"] for execution in done] == expected
    for execution in done:
        assert {"key": "run", "value": "taxi-2020"} in execution["labels"]
        assert execution["trigger"]["id"] == "monthly"
        assert execution["inputs"] == {"taxi": "yellow"}
    labelled = api.get("/executions/search", params={"filters[labels][EQUALS][run]": "taxi-2020", "size": 100}).json()
    assert labelled["total"] == 12
    assert same_time(state(api, "year")["nextExecutionDate"], previous)


def test_pause_go_on_and_delete(api: Api, sdk: KestraClient) -> None:
    new_flow(api, "paused")
    begun = begin(api, "paused", {"start": "2000-01-01T00:00:00Z", "end": "2020-12-31T00:00:00Z"}).json()
    key = trigger("paused")
    assert sdk.triggers.pause_backfill("main", key)["backfill"]["paused"] is True
    # What the scheduler had begun to start comes to its end; after that nothing more starts.
    at_rest = count_at_rest(api, "paused")
    await_two_ticks(api)
    assert len(executions(api, "paused")) == at_rest
    assert sdk.triggers.unpause_backfill("main", key)["backfill"]["paused"] is False
    eventually(lambda: len(executions(api, "paused")) > at_rest)
    deleted = sdk.triggers.delete_backfill("main", key)
    assert "backfill" not in deleted
    assert same_time(deleted["nextExecutionDate"], begun["backfill"]["previousNextExecutionDate"])
    assert count_at_rest(api, "paused") < 12 * 21
    for change in (sdk.triggers.pause_backfill, sdk.triggers.unpause_backfill, sdk.triggers.delete_backfill):
        with pytest.raises(ApiException) as caught:
            change("main", key)
        assert (caught.value.status, "No backfill found" in caught.value.body) == (400, True)


def count_at_rest(api: Api, flow: str) -> int:
    """The number of a flow's executions, once the scheduler starts no more of them and all are done."""
    await_two_ticks(api)
    eventually(lambda: all(execution["state"]["current"] == "SUCCESS" for execution in executions(api, flow)))
    return len(executions(api, flow))


def await_two_ticks(api: Api) -> None:
    """Wait until the scheduler has come round twice: it starts one execution of a backfill at a time."""
    flow = f"ticks-{next(NUMBERS)}"
    new_flow(api, flow)
    begin(api, flow, {"start": "2020-01-01T00:00:00Z", "end": "2020-02-28T00:00:00Z"})
    eventually(lambda: len(executions(api, flow)) == 2)


def test_several_at_once(api: Api, sdk: KestraClient) -> None:
    for name in ("first", "second"):
        new_flow(api, name)
        answer = begin(api, name, {"start": "2000-01-01T00:00:00Z", "end": "2020-12-31T00:00:00Z", "paused": True})
        assert answer.status_code == 200, answer.text
        assert answer.json()["backfill"]["paused"] is True
    keys = [trigger("first"), trigger("second"), trigger("nowhere")]
    assert sdk.triggers.unpause_backfill_by_ids("main", keys) == {"count": 2}
    assert sdk.triggers.pause_backfill_by_query("main", [where("FLOW_ID", "second")]) == {"count": 1}
    assert state(api, "second")["backfill"]["paused"] is True
    assert state(api, "first")["backfill"]["paused"] is False
    assert sdk.triggers.pause_backfill_by_ids("main", keys[:1]) == {"count": 1}
    assert sdk.triggers.unpause_backfill_by_query("main", [where("FLOW_ID", "first")]) == {"count": 1}
    assert sdk.triggers.delete_backfill_by_ids("main", keys[:1]) == {"count": 1}
    assert sdk.triggers.delete_backfill_by_query("main", [where("FLOW_ID", "second")]) == {"count": 1}
    assert "backfill" not in state(api, "second")


def test_the_state_sent_back_is_no_new_backfill(api: Api) -> None:
    new_flow(api, "back")
    begun = begin(api, "back", {"start": "2000-01-01T00:00:00Z", "end": "2020-12-31T00:00:00Z", "paused": True}).json()
    answer = api.put("/triggers", json={**begun, "disabled": True})
    assert answer.status_code == 200, answer.text
    assert answer.json()["disabled"] is True
    assert answer.json()["backfill"] == begun["backfill"]


def test_without_an_end_it_runs_until_now(api: Api) -> None:
    new_flow(api, "open")
    start = datetime.now(UTC) - timedelta(days=40)
    assert begin(api, "open", {"start": start.isoformat()}).status_code == 200
    eventually(lambda: executions(api, "open"))


def later(**more: float) -> str:
    return (datetime.now(UTC) + timedelta(**more)).isoformat()


@pytest.mark.parametrize(
    ("name", "backfill", "status", "words"),
    [
        ("monthly", {"start": YEAR["end"], "end": YEAR["start"]}, 422, "is after the end"),
        ("monthly", {"start": YEAR["start"], "end": later(days=2)}, 422, "in the future"),
        ("monthly", {"start": later(days=2)}, 422, "is after the end"),
        ("monthly", {}, 422, "start"),
        ("monthly", {"start": "yesterday"}, 422, "yesterday"),
        ("monthly", "2020", 422, ""),
        ("hook", YEAR, 422, "only schedules"),
        ("sleeping", YEAR, 409, "enable it there"),
        ("unknown", YEAR, 404, "Flow wrong has no trigger unknown"),
    ],
)
def test_refused(api: Api, name: str, backfill: Any, status: int, words: str) -> None:
    new_flow(api, "wrong")
    answer = begin(api, "wrong", backfill, name)
    assert (answer.status_code, answer.json()["status"]) == (status, status), answer.text
    assert words in answer.json()["message"]
    assert '"backfill":' not in api.get(f"/triggers/{NAMESPACE}/wrong").text


def test_unknown_flow(api: Api) -> None:
    answer = begin(api, "missing", YEAR)
    assert (answer.status_code, answer.json()["message"]) == (404, "Not Found: Flow of trigger monthly not found")


def test_a_disabled_trigger_has_to_be_enabled_first(api: Api) -> None:
    new_flow(api, "halted")
    assert api.put("/triggers", json={**trigger("halted"), "disabled": True}).json()["disabled"] is True
    answer = begin(api, "halted", YEAR)
    assert (answer.status_code, "is disabled" in answer.json()["message"]) == (409, True)
