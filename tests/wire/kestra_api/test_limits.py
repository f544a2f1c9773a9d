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


LOOPS = {
    "ForEach": ("values", "concurrencyLimit"),
    "EachParallel": ("value", "concurrent"),
    "EachSequential": ("value", ""),
}
"""The properties of a loop: its values, and how many of them run at once."""


def loop(kind: str, count: int, limit: int) -> str:
    values, at_once = LOOPS[kind]
    limited = f", {at_once}: {limit}" if at_once else ""
    numbers = json.dumps(json.dumps(list(range(count))))
    return flow(
        tasks=f"[{{id: loop, type: io.kestra.plugin.core.flow.{kind}, {values}: {numbers}{limited}, tasks: [{TASK}]}}]"
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


EVERY = "any.every"


def any_listener(name: str, namespace: str = EVERY, states: str = "", conditions: str = "") -> str:
    """A flow that starts after any other."""
    settings = f"{states and f', states: {states}'}{conditions and f', conditions: [{conditions}]'}"
    trigger = f"{{id: any, type: io.kestra.plugin.core.trigger.Flow{settings}}}"
    return f"id: {name}\nnamespace: {namespace}\ntasks: [{TASK}]\ntriggers: [{trigger}]"


def status(states: str, what: str = "in") -> str:
    return f"{{type: io.kestra.plugin.core.condition.ExecutionStatus, {what}: {states}}}"


def of_namespace(namespace: str, comparison: str) -> str:
    condition = "io.kestra.plugin.core.condition.ExecutionNamespace"
    return f"{{type: {condition}, namespace: {namespace}, comparison: {comparison}}}"


def test_two_flows_that_start_after_any_other_are_a_circle(api: Api) -> None:
    api.flow(any_listener("one"))
    try:
        circle = f"in a circle without end: {EVERY}.two -> {EVERY}.one -> {EVERY}.two"
        for other in (
            any_listener("two"),
            any_listener("two", states="[RUNNING]"),
            any_listener("two", conditions=status("[SUCCESS, WARNING]")),
            any_listener("two", conditions=status("[FAILED]", "notIn")),
            any_listener("two", conditions=of_namespace("any", "PREFIX")),
        ):
            assert circle in (problems(api, other) or ""), other
        named = after("one").replace("limits.team", EVERY)
        assert f"{EVERY}.limits -> {EVERY}.one -> {EVERY}.limits" in (problems(api, named) or "")
        for other in (
            any_listener("one"),
            any_listener("two", states="[FAILED]"),
            any_listener("two", conditions=status("[FAILED, KILLED]")),
            any_listener("two", conditions=status("[SUCCESS]", "notIn")),
            any_listener("two", conditions=of_namespace("any", "EQUALS")),
            any_listener("two", conditions=of_namespace('"{{ flow.namespace }}"', "EQUALS")),
            flow(),
        ):
            assert problems(api, other) is None, other
    finally:
        api.delete(f"/flows/{EVERY}/one")


def test_a_circle_by_failures_alone_ends_with_the_first_success(api: Api) -> None:
    api.flow(any_listener("alarm", states="[FAILED]"))
    assert problems(api, any_listener("report", states="[FAILED, WARNING]")) is None
    failed = after("alarm").replace("trigger.Flow,", "trigger.Flow, states: [FAILED],").replace("limits.team", EVERY)
    assert problems(api, failed) is None
    api.delete(f"/flows/{EVERY}/alarm")


@pytest.mark.parametrize(
    ("kind", "count", "limit", "message"),
    [
        ("ForEach", 1000, 1, None),
        ("ForEach", 1001, 1, "1000 are the most"),
        ("ForEach", 200, 0, None),
        ("ForEach", 201, 0, "set concurrencyLimit to 200 or less"),
        ("EachParallel", 1000, 200, None),
        ("EachParallel", 201, 0, "set concurrent to 200 or less"),
        ("EachSequential", 1000, 0, None),
        ("EachSequential", 1001, 0, "1000 are the most"),
    ],
)
def test_a_loop_has_so_many_values(api: Api, kind: str, count: int, limit: int, message: str | None) -> None:
    refused = problems(api, loop(kind, count, limit))
    assert refused is None if message is None else message in (refused or "")


def one_task(task: str) -> str:
    """A flow of one task with an input."""
    return f"""
        id: given
        namespace: limits.team
        inputs: [{{id: given, type: STRING}}]
        tasks: [{{id: task, {task}}}]
        """


CORE = "type: io.kestra.plugin.core"
HALF = "{{ inputs.given | slice(0, 1) }}"
"""Half of a character when the input begins with one beyond 16 bits."""
EACH = f"{CORE}.flow.ForEach, concurrencyLimit: 0, tasks: [{{id: each, {CORE}.debug.Return, format: done}}]"


@pytest.mark.parametrize(
    ("task", "good", "bad", "message"),
    [
        (
            f'{EACH}, values: "{{{{ inputs.given }}}}"',
            "[1, 2]",
            json.dumps([*range(201)]),
            "concurrencyLimit to 200 or",
        ),
        (f'{EACH}, values: ["{HALF}"]', "plain", "\U0001f600", "are no valid Unicode texts"),
        (
            f'{CORE}.flow.Pause, behavior: RESUME, pauseDuration: "{{{{ inputs.given }}}}"',
            "PT0.1S",
            TEN_YEARS_AND_A_DAY,
            "ten years (P3653D) are the longest pause",
        ),
        (f'{CORE}.debug.Return, format: "{HALF}"', "plain", "\U0001f600", "output 'value' is no valid Unicode text"),
    ],
    ids=["values", "texts of values", "pause", "output"],
)
def test_what_an_expression_gives_is_limited_too(api: Api, task: str, good: str, bad: str, message: str) -> None:
    api.flow(one_task(task))
    assert api.run("limits.team", "given", {"given": good})["state"]["current"] == "SUCCESS"
    ended = api.run("limits.team", "given", {"given": bad})
    assert ended["state"]["current"] == "FAILED"
    assert message in errors(api, ended["id"])


def test_an_expression_renders_lists_and_maps_as_json(api: Api) -> None:
    api.flow(flow())
    execution = api.run("limits.team", "limits")["id"]
    for text, rendered in (("{{ ['a', 'b'] }}", '["a","b"]'), ("{{ {'a': 1} }}", '{"a":1}')):
        answer = api.post(f"/executions/{execution}/eval", data=text, headers={"Content-Type": "text/plain"})
        assert answer.json().get("result") == rendered


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ("{{ range(1, 1000000) | length }}", "{{ range(0, 1000001) | length }}", "1000000 are the most"),
        ("{{ range(5, 1, -2) }}", "{{ range(0, -3000000, -2) }}", "1000000 are the most"),
    ],
    ids=["up", "down"],
)
def test_the_range_of_an_expression_has_an_end(api: Api, good: str, bad: str, message: str) -> None:
    """Without it the memory would have one, and with the memory the engine."""
    api.flow(flow())
    execution = api.run("limits.team", "limits")["id"]
    rendered, refused = (
        api.post(f"/executions/{execution}/eval", data=text, headers={"Content-Type": "text/plain"})
        for text in (good, bad)
    )
    assert rendered.json().get("result"), rendered.text
    assert refused.status_code < 500
    assert message in refused.text.lower()
    api.flow(one_task(f"{CORE}.log.Log, message: '{bad}'"))
    ended = api.run("limits.team", "given", {"given": "x"})
    assert ended["state"]["current"] == "FAILED"
    assert message in errors(api, ended["id"]).lower()


LONG_TEXT = "{% for line in range(1, 4097) %}" + "x" * 4096 + "{% endfor %}"
"""It renders a line more than the most of an expression."""


@pytest.mark.parametrize(
    "task", [f"{CORE}.log.Log, message: '{LONG_TEXT}'", f"{CORE}.kv.Set, key: long, value: '{LONG_TEXT}'"]
)
def test_the_text_of_an_expression_has_an_end(api: Api, task: str) -> None:
    api.flow(one_task(task))
    ended = api.run("limits.team", "given", {"given": "x"})
    assert ended["state"]["current"] == "FAILED"
    assert "longer than 16777216 characters, the most of an expression" in errors(api, ended["id"])


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
        said = errors(api, ended["id"])
        assert message in said
        assert "has 151 characters, and 150 are the limit" in said


@pytest.mark.parametrize(
    "task",
    [
        f'{CORE}.log.Log, message: "{HALF}"',
        f'{CORE}.execution.Labels, labels: {{half: "{HALF}"}}',
        f'{CORE}.execution.Labels, labels: \'{{"{HALF}": "half"}}\'',
        f'{CORE}.execution.SetVariables, variables: {{half: "{HALF}"}}',
        f'{CORE}.flow.Subflow, namespace: limits.team, flowId: limits, wait: true, labels: {{half: "{HALF}"}}',
    ],
    ids=["log", "label", "key of a label", "variable", "label of a subflow"],
)
def test_a_text_that_is_no_unicode_is_mended(api: Api, task: str) -> None:
    """An execution that held one could neither go on nor be shown, nor any list with it."""
    api.flow(flow())
    api.flow(one_task(task) + f'outputs: [{{id: half, type: STRING, value: "{HALF}"}}]')
    ended = api.run("limits.team", "given", {"given": "\U0001f600"})
    assert ended["state"]["current"] == "SUCCESS"
    assert ended["outputs"] == {"half": "\ufffd"}
    where = {"filters[namespace][EQUALS]": "limits.team", "sort": "state.startDate:desc"}
    known = api.get("/executions/search", params=where).text + api.get(f"/logs/{ended['id']}").text
    assert known.count("\ufffd") > 1, "besides the output"


def test_the_body_of_a_webhook_that_is_no_unicode_is_mended(api: Api) -> None:
    api.flow(flow("triggers: [{id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: half}]"))
    body = '{"half": "\\ud83d"}'
    answer = api.post(
        "/executions/webhook/limits.team/limits/half", data=body, headers={"Content-Type": "application/json"}
    )
    ended = api.until(answer.json()["id"], "SUCCESS")
    assert ended["trigger"]["variables"]["body"] == {"half": "\ufffd"}


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
