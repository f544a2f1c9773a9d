"""The API in the form of 2.0: every call by the official SDK for it, and answers as its models have them."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from tests.support.waiting import eventually
from tests.wire.kestra2.conftest import Sdk

NAMESPACE = "two.api"
GREETING = """id: greeting
namespace: two.api
labels:
  team: data
inputs:
  - id: name
    type: STRING
    defaults: Ada
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: Hello {{ inputs.name }}
  - id: compose
    type: io.kestra.plugin.core.debug.Return
    format: "{{ inputs.name }}!"
outputs:
  - id: text
    type: STRING
    value: "{{ outputs.compose.value }}"
triggers:
  - id: monthly
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "0 9 1 * *"
    stopAfter: [FAILED]
"""
WAITING = """id: waiting
namespace: two.api
tasks:
  - id: ask
    type: io.kestra.plugin.core.flow.Pause
    onResume:
      - id: approved
        type: STRING
  - id: tell
    type: io.kestra.plugin.core.debug.Return
    format: "{{ outputs.ask.onResume.approved }}"
"""
SLEEPING = """id: sleeping
namespace: two.api
tasks:
  - id: sleep
    type: io.kestra.plugin.core.flow.Sleep
    duration: PT60S
"""
FAILING = """id: failing
namespace: two.api
tasks:
  - id: fine
    type: io.kestra.plugin.core.debug.Return
    format: kept
  - id: fail
    type: io.kestra.plugin.core.execution.Fail
"""
TRIGGER = {"namespace": NAMESPACE, "flowId": "greeting", "triggerId": "monthly"}


@pytest.fixture(scope="module")
def flows(sdk: Sdk) -> list[Any]:
    return [sdk("flows", "create_flow", body=text) for text in (GREETING, WAITING, SLEEPING, FAILING)]


@pytest.fixture(scope="module")
def done(sdk: Sdk, flows: list[Any]) -> Any:
    """An execution that has ended."""
    return sdk(
        "executions",
        "create_execution",
        namespace=NAMESPACE,
        id="greeting",
        inputs={"name": "Eve"},
        labels=["why:test"],
        wait=True,
    )


def start(sdk: Sdk, flow: str, state: str) -> str:
    """Start a flow, and wait for a state of its execution."""
    created: str = sdk("executions", "create_execution", namespace=NAMESPACE, id=flow)["id"]
    eventually(lambda: state_of(sdk, created) == state, what=f"{flow} to be {state}")
    return created


def state_of(sdk: Sdk, execution: str) -> str:
    state: str = sdk("executions", "execution", execution_id=execution)["state"]["current"]
    return state


def test_flows_are_created_updated_and_searched(sdk: Sdk, flows: list[Any]) -> None:
    assert [flow["id"] for flow in flows] == ["greeting", "waiting", "sleeping", "failing"]
    changed = sdk("flows", "update_flow", namespace=NAMESPACE, id="waiting", body=f"{WAITING}# changed\n")
    assert changed["revision"] == 2
    assert len(sdk("flows", "list_flow_revisions", namespace=NAMESPACE, id="waiting")) == 2
    found = sdk("flows", "search_flows", size=100)["results"]
    assert {flow["id"] for flow in found if flow["namespace"] == NAMESPACE} == {flow["id"] for flow in flows}


def test_validation_names_what_is_gone(api: requests.Session, stack: dict[str, str]) -> None:
    path = f"{stack['KESTRA_URL']}/api/v1/main/flows/validate"
    old = f"{GREETING}pluginDefaults:\n  - type: io.kestra.plugin.core.log\n"
    unknown = GREETING.replace("log.Log", "log.Lag")
    headers = {"Content-Type": "application/x-yaml"}
    answers = [api.post(path, data=text, headers=headers).json() for text in (GREETING, old, unknown)]
    assert answers[0][0].get("constraints") is None
    assert 'Unrecognized field "pluginDefaults"' in answers[1][0]["constraints"]
    assert "nearest: io.kestra.plugin.core.log.Log" in answers[2][0]["constraints"]


def test_an_execution_comes_without_outputs_and_they_have_paths_of_their_own(sdk: Sdk, done: Any) -> None:
    execution = sdk("executions", "execution", execution_id=done["id"])
    assert done["state"]["current"] == "SUCCESS"
    assert "outputs" not in execution
    assert all("outputs" not in run for run in execution["taskRunList"])
    assert sdk("outputs", "execution_outputs", execution_id=done["id"]) == {"text": "Eve!"}
    [listed] = sdk("outputs", "task_outputs_information", execution_id=done["id"])
    assert listed["taskId"] == "compose"
    run = {"execution_id": done["id"], "task_run_id": listed["taskRunId"]}
    assert sdk("outputs", "task_run_outputs", **run) == {"value": "Eve!"}


def test_labels_of_request_and_flow_are_both_there_once(sdk: Sdk, done: Any) -> None:
    labels = [(label["key"], label["value"]) for label in done["labels"]]
    assert {("why", "test"), ("team", "data"), ("system.from", "api")} <= set(labels)
    assert len(labels) == len(set(labels))


def test_lists_have_no_task_runs(sdk: Sdk, done: Any) -> None:
    found = sdk("executions", "search_executions", size=100)["results"]
    [listed] = [row for row in found if row["id"] == done["id"]]
    assert "taskRunList" not in listed
    assert listed["inputs"] == {"name": "Eve"}


def test_logs_are_filtered_by_level_and_followed(sdk: Sdk, done: Any) -> None:
    one = {"execution_id": done["id"]}
    eventually(lambda: sdk("logs", "list_logs_from_execution", **one), what="the log")
    lines = sdk("logs", "list_logs_from_execution", **one, min_level="INFO")
    assert [line["message"] for line in lines] == ["Hello Eve"]
    assert sdk("logs", "list_logs_from_execution", **one, min_level="ERROR") == []
    followed = sdk("logs", "follow_logs_from_execution", **one, min_level="INFO")
    assert [line["message"] for line in followed if line.get("message")] == ["Hello Eve"]


def test_an_execution_is_followed_to_its_end(sdk: Sdk, flows: list[Any]) -> None:
    created = sdk("executions", "create_execution", namespace=NAMESPACE, id="greeting")
    events = sdk("executions", "follow_execution", execution_id=created["id"])
    assert events[-1]["state"]["current"] == "SUCCESS"


def test_a_paused_execution_is_resumed_with_inputs(sdk: Sdk, flows: list[Any]) -> None:
    paused = start(sdk, "waiting", "PAUSED")
    sdk("executions", "resume_execution", execution_id=paused, inputs={"approved": "yes"})
    eventually(lambda: state_of(sdk, paused) == "SUCCESS", what="the end")
    [tell] = [run for run in sdk("outputs", "task_outputs_information", execution_id=paused) if run["taskId"] == "tell"]
    outputs = sdk("outputs", "task_run_outputs", execution_id=paused, task_run_id=tell["taskRunId"])
    assert outputs == {"value": "yes"}


def test_a_running_execution_is_killed(sdk: Sdk, flows: list[Any]) -> None:
    running = start(sdk, "sleeping", "RUNNING")
    sdk("executions", "kill_execution", execution_id=running)
    eventually(lambda: state_of(sdk, running) == "KILLED", what="the kill")


def test_a_failed_execution_is_restarted_replayed_and_given_another_state(sdk: Sdk, flows: list[Any]) -> None:
    failed = start(sdk, "failing", "FAILED")
    sdk("executions", "restart_execution", execution_id=failed)
    eventually(lambda: state_of(sdk, failed) == "FAILED", what="the second end")
    replayed = sdk("executions", "replay_execution", execution_id=failed)
    assert replayed["id"] != failed
    assert replayed["originalId"] == failed
    eventually(lambda: state_of(sdk, replayed["id"]) == "FAILED", what="the replay's end")
    sdk("executions", "update_execution_status", execution_id=failed, status="CANCELLED")
    assert state_of(sdk, failed) == "CANCELLED"
    label = {"key": "seen", "value": "yes"}
    marked = sdk("executions", "set_labels_on_terminated_execution", execution_id=failed, labels=[label])
    assert label in [{name: entry[name] for name in ("key", "value")} for entry in marked["labels"]]


def test_an_action_that_the_state_forbids_is_a_conflict(sdk: Sdk, done: Any) -> None:
    with pytest.raises(AssertionError, match=r"\(409\).*not in state RUNNING"):
        sdk("executions", "pause_execution", execution_id=done["id"])


def test_a_backfill_runs_for_each_date(sdk: Sdk, flows: list[Any]) -> None:
    eventually(
        lambda: sdk("triggers", "search_triggers_for_flow", namespace=NAMESPACE, flow_id="greeting")["total"], what="it"
    )
    label = {"key": "backfill", "value": "yes"}
    past = {"start": "2026-01-01T00:00:00Z", "end": "2026-03-31T00:00:00Z", "inputs": {"name": "Jo"}, "labels": [label]}
    state = sdk("triggers", "create_backfill", request={**TRIGGER, "backfill": past})
    assert state["backfill"]["start"].startswith("2026-01-01T00:00")
    assert state["kind"] == "SCHEDULE"

    def dates() -> list[str]:
        found = sdk("executions", "search_executions", size=100)["results"]
        return sorted(row["trigger"]["variables"]["date"][:10] for row in found if label in row["labels"])

    eventually(lambda: len(dates()) == 3, what="three executions")
    assert dates() == ["2026-01-01", "2026-02-01", "2026-03-01"]


def test_a_trigger_is_disabled_and_enabled(sdk: Sdk, flows: list[Any]) -> None:
    def state() -> Any:
        [found] = sdk("triggers", "search_triggers_for_flow", namespace=NAMESPACE, flow_id="greeting")["results"]
        return found

    for disabled in (True, False):
        sdk("triggers", "disable_trigger_by_id", request={**TRIGGER, "disabled": disabled})
        eventually(lambda wanted=disabled: state()["disabled"] is wanted, what="the state")
    following = datetime.fromisoformat(state()["nextEvaluationDate"])
    assert following > datetime.now(UTC)
    assert following.day == 1


def test_values_are_kept_listed_and_deleted(sdk: Sdk) -> None:
    key = {"namespace": NAMESPACE, "key": "limit"}
    sdk("kv", "set_key_value", **key, body="42")
    assert {name: sdk("kv", "key_value", **key)[name] for name in ("type", "value")} == {"type": "NUMBER", "value": 42}
    listed = sdk("kv", "list_all_keys", size=100)["results"]
    assert [(row["namespace"], row["key"], row["revision"]) for row in listed] == [(NAMESPACE, "limit", 1)]
    assert sdk("kv", "delete_key_value", **key) is True


def test_paths_of_1_3_are_gone(api: requests.Session, stack: dict[str, str], done: Any) -> None:
    root = f"{stack['KESTRA_URL']}/api/v1/main"
    old = {("POST", f"/executions/{done['id']}/pause"), ("PUT", "/triggers"), ("GET", f"/namespaces/{NAMESPACE}/kv")}
    assert {api.request(method, root + path).status_code for method, path in old} <= {404, 405}


def test_a_deleted_flow_takes_its_triggers_along(sdk: Sdk, flows: list[Any]) -> None:
    extra = GREETING.replace("id: greeting", "id: gone")
    sdk("flows", "create_flow", body=extra)
    one = {"namespace": NAMESPACE, "flow_id": "gone"}
    eventually(lambda: sdk("triggers", "search_triggers_for_flow", **one)["total"] == 1, what="the trigger's state")
    sdk("flows", "delete_flow", namespace=NAMESPACE, id="gone")
    eventually(lambda: sdk("triggers", "search_triggers_for_flow", **one)["total"] == 0, what="the trigger's end")
