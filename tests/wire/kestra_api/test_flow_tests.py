"""The two paths by which flow tests reach the engine's fixtures and assertions."""

from typing import Any

import pytest

from tests.wire.kestra_api.client import Api

FLOW = """
    id: fixtures
    namespace: tests.fixtures
    inputs:
      - {id: amount, type: INT, defaults: 3}
      - {id: file, type: FILE, required: false}
    variables: {unit: EUR}
    checks:
      - {condition: "{{ inputs.amount > 0 }}", message: must be positive, behavior: BLOCK_EXECUTION}
    tasks:
      - {id: ask, type: io.kestra.plugin.core.http.Request, uri: "http://127.0.0.1:1/"}
      - {id: total, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.amount }} {{ vars.unit }}"}
"""
PATH = "/flow-tests/tests.fixtures/fixtures"
ENDS = ("SUCCESS", "WARNING", "FAILED")


@pytest.fixture(scope="module")
def flow(api: Api) -> dict[str, Any]:
    return api.flow(FLOW)


def started(api: Api, fixtures: dict[str, Any]) -> dict[str, Any]:
    answer = api.post(PATH, json=fixtures)
    assert answer.status_code == 200, answer.text
    return api.until(answer.json()["id"], *ENDS)


def test_fixtures_stand_for_tasks_files_and_the_trigger(api: Api, flow: dict[str, Any]) -> None:
    execution = started(
        api,
        {
            "inputs": {"amount": 5, "file": "{{ files['a b.txt'] }}"},
            "files": {"a b.txt": "hello"},
            "tasks": [{"id": "ask", "outputs": {"body": "{{ files['a b.txt'] }}", "list": [1, {"two": 2}]}}],
            "trigger": {"id": "daily", "type": "some.Trigger", "variables": {"date": "2026-01-31"}},
        },
    )
    assert execution["state"]["current"] == "SUCCESS"
    assert execution["kind"] == "TEST"
    outputs = {run["taskId"]: run["outputs"] for run in execution["taskRunList"]}
    assert outputs["ask"]["list"] == [1, {"two": 2}]
    assert outputs["ask"]["body"] == execution["inputs"]["file"]
    assert outputs["total"] == {"value": "5 EUR"}
    expressions = {
        "{{ read(inputs.file) }}": "hello",
        "{{ read(outputs.ask.body) }}": "hello",
        "{{ trigger.date }}": "2026-01-31",
    }
    assertions = [{"value": value, "equalTo": wanted} for value, wanted in expressions.items()]
    judged = api.post(f"/flow-tests/{execution['id']}/assertions", json=assertions).json()
    assert [[one["isSuccess"] for one in told["results"]] for told in judged] == [[True]] * 3


def test_assertions(api: Api, flow: dict[str, Any]) -> None:
    execution = started(api, {"tasks": [{"id": "ask"}]})
    path = f"/flow-tests/{execution['id']}/assertions"
    assertions = [
        {"value": "{{ outputs.total.value }}", "startsWith": "3", "endsWith": "USD"},
        {"value": "{{ outputs.nothing.here }}", "equalTo": 1},
        {"value": "{{ inputs.amount }}", "in": [3]},
        {"value": "{{ taskrun.id }}", "taskId": "total", "notEqualTo": ""},
    ]
    compared, unknown, unfit, task = api.post(path, json=assertions).json()
    assert {one["operator"]: one["isSuccess"] for one in compared["results"]} == {"startsWith": True, "endsWith": False}
    assert "Unable to find `nothing`" in unknown["errors"][0]["details"]
    assert unfit["errors"][0]["message"] == "its value is of a kind that the operator cannot compare"
    assert task["results"][0]["isSuccess"]
    refused = api.post(path, json=[{"value": "x", "equalTo": 1, "taskId": "never"}])
    assert (refused.status_code, "did not run" in refused.text) == (422, True)


@pytest.mark.parametrize(
    ("fixtures", "words"),
    [
        ({"inputs": {"amount": "many"}}, "Invalid value for input `amount`"),
        ({"inputs": {"amount": 0}}, "must be positive"),
        ({"tasks": [{"id": "ask", "state": "FINE"}]}, "FINE"),
        ({"task": []}, 'Unrecognized field \\"task\\"'),
    ],
)
def test_what_is_refused(api: Api, flow: dict[str, Any], fixtures: dict[str, Any], words: str) -> None:
    answer = api.post(PATH, json=fixtures)
    assert answer.status_code == 422
    assert words in answer.text


def test_an_unknown_flow(api: Api) -> None:
    assert api.post("/flow-tests/tests.fixtures/nowhere", json={}).status_code == 404
