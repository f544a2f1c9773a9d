"""What a flow or a request asks beyond what the engine can hold is refused, with the field and the limit."""

import json
import textwrap
from typing import Any

import pytest

from tests.support.waiting import eventually
from tests.wire.kestra_api.client import Api

TASK = "{id: task, type: io.kestra.plugin.core.debug.Return, format: done}"
TEN_YEARS, TEN_YEARS_AND_A_DAY = "P3653D", "P3654D"
TOO_LONG = "must be at most ten years (P3653D)"


def flow(*parts: str, tasks: str = f"[{TASK}]") -> str:
    return "\n".join(["id: limits", "namespace: limits.team", f"tasks: {tasks}", *parts])


def pause(duration: str) -> str:
    return flow(tasks=f"[{{id: pause, type: io.kestra.plugin.core.flow.Pause, pauseDuration: {duration}}}]")


def loop(values: str, limit: int) -> str:
    return flow(
        tasks=f"[{{id: loop, type: io.kestra.plugin.core.flow.ForEach, values: {values}, concurrencyLimit: {limit}, "
        f"tasks: [{TASK}]}}]"
    )


def retry(interval: str) -> str:
    return flow(
        tasks="[{id: task, type: io.kestra.plugin.core.debug.Return, format: done, "
        f"retry: {{type: constant, maxAttempts: 2, interval: {interval}}}}}]"
    )


def schedule(cron: str) -> str:
    return flow(f"triggers: [{{id: clock, type: io.kestra.plugin.core.trigger.Schedule, cron: '{cron}'}}]")


def after(name: str) -> str:
    condition = f"{{type: io.kestra.plugin.core.condition.ExecutionFlow, namespace: limits.team, flowId: {name}}}"
    return flow(f"triggers: [{{id: next, type: io.kestra.plugin.core.trigger.Flow, conditions: [{condition}]}}]")


def upstream(name: str) -> str:
    upstream_flow = f"{{namespace: limits.team, flowId: {name}}}"
    return flow(
        "triggers: [{id: next, type: io.kestra.plugin.core.trigger.Flow, "
        f"preconditions: {{id: before, flows: [{upstream_flow}]}}}}]"
    )


def sla(duration: str) -> str:
    return flow(f"sla: [{{id: soon, type: MAX_DURATION, behavior: FAIL, duration: {duration}}}]")


def timeout(duration: str) -> str:
    return flow(tasks=f"[{{id: task, type: io.kestra.plugin.core.debug.Return, format: a, timeout: {duration}}}]")


def label(text: str) -> str:
    return flow(f'labels: {{team: "{text}"}}')


LIMITS: list[tuple[Any, str, str, str]] = [
    (pause, TEN_YEARS, TEN_YEARS_AND_A_DAY, TOO_LONG),
    (retry, TEN_YEARS, TEN_YEARS_AND_A_DAY, TOO_LONG),
    (timeout, TEN_YEARS, TEN_YEARS_AND_A_DAY, TOO_LONG),
    (sla, TEN_YEARS, TEN_YEARS_AND_A_DAY, TOO_LONG),
    (schedule, "0 0 29 2 *", "0 0 31 2 *", "has no next date"),
    (after, "other", "limits", "may not name the flow itself"),
    (upstream, "other", "limits", "may not name the flow itself"),
    (label, "\\U0001F600", "\\uD83D", "no valid Unicode"),
]


@pytest.mark.parametrize(("source", "good", "bad", "message"), LIMITS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_flow_beyond_a_limit_is_invalid(api: Api, source: Any, good: str, bad: str, message: str) -> None:
    assert problems(api, source(good)) is None
    assert message in (problems(api, source(bad)) or "")
    refused = api.post("/flows", data=source(bad), headers={"Content-Type": "application/x-yaml"})
    assert refused.status_code == 422
    assert message in refused.text


def listener(name: str, *upstreams: str, how: str = "preconditions") -> str:
    """A flow that starts after others; after any of them by conditions, after all of them by preconditions."""
    named = [f"{{namespace: circles.team, flowId: {upstream}}}" for upstream in upstreams]
    condition = "io.kestra.plugin.core.condition"
    any_of = ", ".join(f"{{type: {condition}.ExecutionFlow, {one[1:]}" for one in named)
    triggers = {
        "preconditions": f"preconditions: {{id: before, flows: [{', '.join(named)}]}}",
        "conditions": f"conditions: [{{type: {condition}.Or, conditions: [{any_of}]}}]",
        "decided": f"conditions: [{any_of}, {{type: {condition}.Expression, expression: '{{{{ false }}}}'}}]",
    }
    trigger = f"{{id: next, type: io.kestra.plugin.core.trigger.Flow, {triggers[how]}}}"
    return f"id: {name}\nnamespace: circles.team\ntasks: [{TASK}]\n" + (f"triggers: [{trigger}]" if upstreams else "")


def test_chains_and_diamonds_of_flow_triggers_are_taken_and_circles_refused(api: Api) -> None:
    for source in (
        listener("a"),
        listener("b", "a"),
        listener("c", "a", how="conditions"),
        listener("d", "b", "c"),
        listener("e", "d", "outside", how="conditions"),
        listener("f", "a", "outside"),
    ):
        api.flow(source)
    circle = "start flows in a circle without end: circles.team.a -> circles.team.b -> circles.team.d -> circles.team.a"
    for how in ("preconditions", "conditions"):
        assert circle in (problems(api, listener("a", "d", how=how)) or "")
    refused = api.put("/flows/circles.team/a", data=listener("a", "d"), headers={"Content-Type": "application/x-yaml"})
    assert refused.status_code == 422
    assert circle in refused.text
    assert problems(api, listener("b", "a", "e", how="conditions")) is None, "d waits for c too, which b does not start"
    assert problems(api, listener("a", "f")) is None, "f waits for a flow outside too"
    assert problems(api, listener("a", "d", how="decided")) is None, "a condition may end it"
    assert problems(api, listener("a", "unknown")) is None


@pytest.mark.parametrize(
    ("count", "limit", "message"),
    [(1000, 1, None), (1001, 1, "1000 are the most"), (200, 0, None), (201, 0, "set concurrencyLimit to 200 or less")],
)
def test_a_loop_has_so_many_values(api: Api, count: int, limit: int, message: str | None) -> None:
    told = problems(api, loop(json.dumps(list(range(count))), limit))
    assert told is None if message is None else message in (told or "")


def test_a_loop_over_values_of_an_input_is_limited_too(api: Api) -> None:
    api.flow(
        """
        id: counted
        namespace: limits.team
        inputs: [{id: values, type: JSON}]
        tasks:
          - id: loop
            type: io.kestra.plugin.core.flow.ForEach
            values: "{{ inputs.values }}"
            concurrencyLimit: 0
            tasks: [{id: task, type: io.kestra.plugin.core.debug.Return, format: done}]
        """
    )
    ended = api.run("limits.team", "counted", {"values": json.dumps(list(range(201)))})
    assert ended["state"]["current"] == "FAILED"
    assert "set concurrencyLimit to 200 or less" in errors(api, ended["id"])
    assert api.run("limits.team", "counted", {"values": "[1, 2, 3]"})["state"]["current"] == "SUCCESS"


def test_a_pause_of_more_than_ten_years_fails_when_an_input_gives_it(api: Api) -> None:
    api.flow(
        """
        id: paused
        namespace: limits.team
        inputs: [{id: duration, type: STRING}]
        tasks: [{id: hold, type: io.kestra.plugin.core.flow.Pause, pauseDuration: "{{ inputs.duration }}"}]
        """
    )
    ended = api.run("limits.team", "paused", {"duration": TEN_YEARS_AND_A_DAY})
    assert ended["state"]["current"] == "FAILED"
    assert "ten years (P3653D) are the longest pause" in errors(api, ended["id"])


def publish(name: str, tag: str) -> str:
    return f"""
        id: measured
        namespace: limits.team
        tasks:
          - id: measure
            type: io.kestra.plugin.core.metric.Publish
            metrics: [{{type: counter, name: {name}, value: 1, tags: {{place: {tag}}}}}]
        """


def test_a_metric_beyond_its_columns_fails_its_task(api: Api) -> None:
    api.flow(publish("n" * 150, "t" * 150))
    assert api.run("limits.team", "measured")["state"]["current"] == "SUCCESS"
    for name, tag, message in [
        ("n" * 151, "t", "The name of the metric 'nnnn"),
        ("count", "t" * 151, "The tag 'place' of the metric 'count'"),
    ]:
        api.flow(publish(name, tag))
        ended = api.run("limits.team", "measured")
        assert ended["state"]["current"] == "FAILED"
        assert ended["taskRunList"][0]["state"]["current"] == "FAILED"
        told = errors(api, ended["id"])
        assert message in told
        assert "has 151 characters, and 150 are the limit" in told


def test_an_output_that_is_no_unicode_fails_its_task(api: Api) -> None:
    api.flow(
        r"""
        id: halved
        namespace: limits.team
        inputs: [{id: text, type: STRING}]
        tasks:
          - id: half
            type: io.kestra.plugin.core.debug.Return
            format: "{{ inputs.text | slice(0, 1) }}"
        """
    )
    ended = api.run("limits.team", "halved", {"text": "\U0001f600"})
    assert ended["state"]["current"] == "FAILED"
    assert "The output 'value' is no valid Unicode text" in errors(api, ended["id"])
    assert api.run("limits.team", "halved", {"text": "plain"})["state"]["current"] == "SUCCESS"


def test_a_log_line_that_is_no_unicode_is_mended(api: Api) -> None:
    api.flow(
        r"""
        id: logged
        namespace: limits.team
        inputs: [{id: text, type: STRING}]
        tasks:
          - id: say
            type: io.kestra.plugin.core.log.Log
            message: "half {{ inputs.text | slice(0, 1) }}"
        """
    )
    ended = api.run("limits.team", "logged", {"text": "\U0001f600"})
    assert ended["state"]["current"] == "SUCCESS"
    lines = [line["message"] for line in api.get(f"/logs/{ended['id']}").json()]
    assert "half �" in lines


def test_values_and_dates_of_requests(api: Api) -> None:
    key = "/namespaces/limits.team/kv/limited"
    assert api.put(key, data='{"name": "\\uD83D"}').status_code == 422
    assert TOO_LONG in api.put(key, data="1", headers={"ttl": TEN_YEARS_AND_A_DAY}).text
    assert api.put(key, data='"\\uD83D\\uDE00"', headers={"ttl": TEN_YEARS}).status_code == 200
    api.flow(flow())
    for year, status in (("9999", 200), ("+10000", 422)):
        date = f"{year}-01-01T00:00:00Z"
        answer = api.post("/executions/limits.team/limits", params={"scheduleDate": date})
        assert answer.status_code == status, answer.text
    assert "scheduleDate: must be a date of the year 9999" in answer.text


def test_many_executions_of_a_limited_flow_are_killed_at_once(api: Api) -> None:
    api.flow(
        """
        id: queued
        namespace: limits.team
        concurrency: {limit: 1, behavior: QUEUE}
        tasks: [{id: hold, type: io.kestra.plugin.core.flow.Pause}]
        """
    )
    started = [api.post("/executions/limits.team/queued").json()["id"] for _ in range(8)]
    for execution in started:
        api.until(execution, "PAUSED", "QUEUED")
    assert api.delete("/executions/kill/by-ids", json=started).json() == {"count": 8}
    states = [api.until(execution, "KILLED", seconds=60)["state"] for execution in started]
    ran = [state for state in states if "RUNNING" in [step["state"] for step in state["histories"]]]
    assert len(ran) == 1, "a killed execution let a queued one run"


def problems(api: Api, source: str) -> str | None:
    headers = {"Content-Type": "application/x-yaml"}
    return api.post("/flows/validate", data=textwrap.dedent(source), headers=headers).json()[0].get("constraints")


def errors(api: Api, execution: str) -> str:
    def lines() -> list[str]:
        return [line["message"] for line in api.get(f"/logs/{execution}", params={"minLevel": "ERROR"}).json()]

    return "\n".join(eventually(lines, 30, "an error in the log"))
