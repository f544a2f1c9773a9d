"""What a learner reads when something is wrong."""

import time
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse, Response

from tests.support.fake_kestra import FakeKestra, error, recorded, running, sse
from workbook.errors import NotFound, ServerDown, WrongPassword
from workbook.kestra import KestraClient
from workbook.kestra import executions as executions_module
from workbook.kestra.errors import ApiError, ExecutionFailed, FlowInvalid, InputInvalid, WaitInterrupted
from workbook.kestra.flows import problems_of

MONTHS = {"id": "month", "type": "SELECT", "values": ["01", "12"]}
FLOW = {"namespace": "zoomcamp", "id": "fails", "inputs": [MONTHS]}


@pytest.mark.parametrize(
    ("stack", "remedy"), [("embedded", "python -m embedded up"), ("docker", "docker compose up -d")]
)
def test_server_down_names_address_and_remedy(stack: str, remedy: str) -> None:
    url = "http://127.0.0.1:1"
    with pytest.raises(ServerDown) as caught:
        KestraClient(url, "a", "b", stack).flow("zoomcamp/x")
    assert url in str(caught.value)
    assert remedy in str(caught.value)


def test_a_silent_server_is_given_up(fake: FakeKestra) -> None:
    def late(request: Any) -> Response:
        time.sleep(1)
        return PlainTextResponse("")

    fake.on("POST", "/flows/validate", late)
    began = time.monotonic()
    with pytest.raises(ServerDown, match="took too long"):
        KestraClient(fake.url, "admin@kestra.io", "Admin1234", read_timeout=0.2).validate("id: x\n")
    assert time.monotonic() - began < 0.9


def test_wrong_password_names_the_variables(fake: FakeKestra) -> None:
    with pytest.raises(WrongPassword, match="KESTRA_PASSWORD") as caught:
        KestraClient(fake.url, "admin@kestra.io", "Old-Pass1").flow("zoomcamp/x")
    assert "Old-Pass1" not in str(caught.value)


def test_any_other_error_carries_the_servers_words(fake: FakeKestra, client: KestraClient) -> None:
    detail = {"path": "ttl", "message": "must be a duration"}
    fake.on("PUT", "/namespaces/zoomcamp/kv/A", lambda request: error(422, "Invalid entity", detail))
    with pytest.raises(ApiError) as caught:
        client.kv("zoomcamp")["A"] = 1
    assert str(caught.value) == "Kestra answered 422: Invalid entity\n  - ttl: must be a duration"


def test_an_error_that_is_no_json_still_has_a_message(fake: FakeKestra, client: KestraClient) -> None:
    fake.on("GET", "/flows/search", lambda request: PlainTextResponse("oops", 502))
    with pytest.raises(ApiError, match="502: Bad Gateway"):
        client.ping()


def test_missing_flow_says_to_import_it(client: KestraClient) -> None:
    with pytest.raises(NotFound, match=r"no flow 'x' in namespace 'zoomcamp'(.|\n)*import_flow\(\"flows/x.yaml\"\)"):
        client.execute("zoomcamp/x")


def test_missing_file_is_named(client: KestraClient, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nope\.yaml"):
        client.import_flow(tmp_path / "nope.yaml")


def test_invalid_flow_lists_each_message_with_its_property(fake: FakeKestra, client: KestraClient) -> None:
    constraints = (
        'Validation error: tasks[0].message: must not be null\nid: must match "^[a-z]*"\n: Invalid Flow: twice\n'
    )
    fake.on("POST", "/flows/validate", [{"index": 0, "constraints": constraints}])
    with pytest.raises(FlowInvalid) as caught:
        client.import_flow("id: X\nnamespace: zoomcamp\n")
    assert [(problem.path, problem.message) for problem in caught.value.problems] == [
        ("", "Invalid Flow: twice"),
        ("id", 'must match "^[a-z]*"'),
        ("tasks[0].message", "must not be null"),
    ]
    assert "\n  - tasks[0].message: must not be null" in str(caught.value)
    assert not fake.requests("POST", "/flows/import")


def test_a_message_of_many_lines_stays_one_problem() -> None:
    first = "Validation error: Illegal Flow source: YAML parsing error"
    text = f"{first}\n in 'reader', line 1:\n    id: [x\n\n at [Source: x]"
    [problem] = problems_of(text)
    assert problem.message.startswith("Illegal Flow source")
    assert problem.message.endswith("at [Source: x]")


def test_two_flows_in_one_text_are_refused(fake: FakeKestra, client: KestraClient) -> None:
    fake.on("POST", "/flows/validate", [{"index": 0}, {"index": 1}])
    with pytest.raises(FlowInvalid, match="one flow is expected, here are 2"):
        client.import_flow("id: a\n---\nid: b\n")


def test_unknown_input_names_the_nearest(fake: FakeKestra, client: KestraClient) -> None:
    fake.flow(FLOW)
    with pytest.raises(InputInvalid, match=r"no input 'mnth'\. Did you mean 'month'\? Its inputs: month"):
        client.execute("zoomcamp/fails", inputs={"mnth": "12"})
    assert not fake.requests("POST", "/executions/zoomcamp/fails")


def test_refused_input_has_the_engines_words(fake: FakeKestra, client: KestraClient) -> None:
    words = "Invalid value for input `month`. Cause: it must match the values `[01, 12]`"
    fake.flow(FLOW)
    fake.on("POST", "/executions/zoomcamp/fails", lambda request: error(422, f"Invalid entity: {words}"))
    with pytest.raises(InputInvalid, match="must match the values"):
        client.execute("zoomcamp/fails", inputs={"month": "13"})


def test_missing_input_file_is_named(fake: FakeKestra, client: KestraClient, tmp_path: Path) -> None:
    fake.flow({**FLOW, "inputs": [{"id": "file", "type": "FILE"}]})
    with pytest.raises(InputInvalid, match=r"no file .*gone\.csv"):
        client.execute("zoomcamp/fails", inputs={"file": tmp_path / "gone.csv"})


def _failing(fake: FakeKestra) -> str:
    raw = recorded("fails.execution")
    broken = next(run for run in raw["taskRunList"] if run["taskId"] == "broken")
    lines = [
        {"level": "ERROR", "taskId": "broken", "taskRunId": broken["id"], "message": f"line {at}"} for at in range(30)
    ]
    lines.append({"level": "INFO", "taskId": "broken", "taskRunId": "of another run", "message": "elsewhere"})
    fake.flow(FLOW)
    fake.on("POST", "/executions/zoomcamp/fails", running(raw))
    fake.on("GET", f"/executions/{raw['id']}/follow", lambda request: sse(("progress", running(raw)), ("end", raw)))
    fake.on("GET", f"/logs/{raw['id']}", lines)
    return raw["id"]


def test_failed_execution_names_task_and_last_lines(
    fake: FakeKestra, client: KestraClient, capsys: pytest.CaptureFixture[str]
) -> None:
    execution_id = _failing(fake)
    with pytest.raises(ExecutionFailed) as caught:
        client.execute("zoomcamp/fails")
    assert caught.value.execution.id == execution_id
    assert caught.value.task is not None
    assert caught.value.task.task_id == "broken"
    message = str(caught.value)
    assert message.startswith("fails ended FAILED in task 'broken'.")
    assert "line 29" in message
    assert "line 5" not in message
    assert "elsewhere" not in message
    assert capsys.readouterr().out.startswith("fails  FAILED  3 task runs in ")


def test_an_execution_that_the_engine_could_not_finish_is_told_as_such(fake: FakeKestra, client: KestraClient) -> None:
    raw = recorded("fails.execution") | {"labels": [{"key": "system.engine", "value": "could-not-finish"}]}
    reason = "The engine could not process a message of the queue WorkerTaskResult and has set it aside"
    fake.on("GET", f"/logs/{raw['id']}", [{"level": "ERROR", "message": reason}])
    fake.on("GET", f"/executions/{raw['id']}", raw)
    with pytest.raises(ExecutionFailed) as caught:
        client.executions.raise_if_failed(client.executions.get(raw["id"]))
    assert caught.value.execution.unfinished
    message = str(caught.value)
    assert message.startswith("fails ended FAILED: the engine could not finish it.")
    assert reason in message


def test_unchecked_execution_does_not_raise(fake: FakeKestra, client: KestraClient) -> None:
    _failing(fake)
    assert client.execute("zoomcamp/fails", check=False).state == "FAILED"


def test_stopping_to_wait_says_how_to_kill(
    fake: FakeKestra, client: KestraClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    execution_id = _failing(fake)

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(executions_module, "watch", interrupted)
    with pytest.raises(WaitInterrupted, match=f"counts among .* To end it:\nlab.kestra.kill\\('{execution_id}'\\)"):
        client.execute("zoomcamp/fails")
