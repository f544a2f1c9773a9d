"""Executions at the wire: creating them, reading them, acting on them."""

from typing import Any

import pytest
import requests

from tests.support.waiting import eventually
from tests.wire.kestra_api.client import Api

HELLO = """
id: hello
namespace: exec.basic
inputs:
  - {id: name, type: STRING, defaults: Will}
  - {id: count, type: INT, required: false}
  - {id: options, type: JSON, required: false}
  - {id: when, type: DATETIME, required: false}
  - {id: flag, type: BOOLEAN, required: false}
outputs:
  - {id: greeting, type: STRING, value: "{{ outputs.say.value }}"}
tasks:
  - id: say
    type: io.kestra.plugin.core.debug.Return
    format: "Hello {{ inputs.name }} {{ inputs.count ?? 0 }}"
"""
SLOW = """
id: slow
namespace: exec.basic
tasks:
  - {id: wait, type: io.kestra.plugin.core.flow.Sleep, duration: PT60S}
"""
FAILING = """
id: failing
namespace: exec.basic
tasks:
  - {id: before, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.startDate }}"}
  - {id: fail, type: io.kestra.plugin.core.execution.Fail}
"""
PAUSED = """
id: paused
namespace: exec.basic
tasks:
  - id: ask
    type: io.kestra.plugin.core.flow.Pause
    onResume:
      - {id: reason, type: STRING}
      - {id: amount, type: INT, defaults: 3}
  - id: after
    type: io.kestra.plugin.core.debug.Return
    format: "{{ outputs.ask.onResume.reason }} {{ outputs.ask.onResume.amount }}"
"""


@pytest.fixture(scope="module", autouse=True)
def flows(api: Api) -> None:
    for source in (HELLO, SLOW, FAILING, PAUSED):
        api.flow(source)


def test_wait_answers_with_the_end(api: Api) -> None:
    done = api.run("exec.basic", "hello", {"name": "Ada", "count": 3})
    assert done["state"]["current"] == "SUCCESS"
    assert done["outputs"]["greeting"] == "Hello Ada 3"
    assert (done["inputs"]["name"], done["inputs"]["count"]) == ("Ada", 3)
    assert done["url"].endswith(f"/ui/main/executions/exec.basic/hello/{done['id']}")
    read = api.until(done["id"], "SUCCESS")
    assert read == {name: value for name, value in done.items() if name != "url"}


def test_without_wait_it_is_created(api: Api) -> None:
    created = api.post("/executions/exec.basic/hello").json()
    assert created["state"]["current"] == "CREATED"
    assert {"key": "system.from", "value": "api"} in created["labels"]
    assert api.until(created["id"], "SUCCESS")["outputs"]["greeting"] == "Hello Will 0"


@pytest.mark.parametrize("path", ["/executions/exec.basic/hello", "/executions/trigger/exec.basic/hello"])
def test_inputs_as_json(api: Api, path: str) -> None:
    given = {"name": "Eve", "count": 7, "options": {"a": [1, 2]}, "when": "2020-01-01T10:00:00.000000Z", "flag": True}
    done = api.post(path, json={"inputs": given}, params={"wait": "true"}).json()
    assert done["inputs"] == given
    assert done["outputs"]["greeting"] == "Hello Eve 7"


@pytest.mark.parametrize(
    ("inputs", "says"),
    [({"count": "many"}, "many"), ({"options": "{"}, "Unexpected end-of-input"), ({"when": "noon"}, "noon")],
)
def test_a_wrong_input_is_refused(api: Api, inputs: dict[str, str], says: str) -> None:
    answer = api.post("/executions/exec.basic/hello", files={name: (None, value) for name, value in inputs.items()})
    assert answer.status_code == 422, answer.text
    assert says in answer.json()["message"]


@pytest.mark.parametrize("body", ['{"inputs": 1}', '{"nothing": {}}', "[1]", "{"])
def test_a_malformed_body_is_refused(api: Api, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    assert api.post("/executions/exec.basic/hello", data=body, headers=headers).status_code == 422


def test_a_missing_flow_and_a_missing_execution(api: Api) -> None:
    missing = api.post("/executions/exec.basic/nobody")
    assert (missing.status_code, missing.json()["path"]) == (404, "/api/v1/main/executions/exec.basic/nobody")
    for method, path in [("get", ""), ("delete", ""), ("post", "/restart"), ("delete", "/kill"), ("get", "/graph")]:
        answer = api.request(method, f"/executions/none{path}")
        assert (answer.status_code, answer.json()["status"]) == (404, 404), path


def test_a_disabled_flow_is_not_executed(api: Api) -> None:
    api.flow(HELLO.replace("id: hello", "id: off") + "disabled: true\n")
    assert api.post("/executions/exec.basic/off").status_code == 409


def test_labels(api: Api) -> None:
    done = api.run("exec.basic", "hello", labels=["team:a", "url:http://x"])
    labels = {one["key"]: one["value"] for one in done["labels"]}
    assert (labels["team"], labels["url"]) == ("a", "http://x")
    found = api.get("/executions/search", params={"labels": "team:a", "namespace": "exec.basic"}).json()
    assert done["id"] in [one["id"] for one in found["results"]]
    for wrong in (["team"], ["a:1", "a:2"], ["system.x:1"]):
        assert api.post("/executions/exec.basic/hello", params={"labels": wrong}).status_code == 422, wrong
    changed = api.post(f"/executions/{done['id']}/labels", json=[{"key": "team", "value": "b"}]).json()
    kept = {one["key"]: one["value"] for one in changed["labels"]}
    assert kept["team"] == "b"
    assert kept["system.from"] == "api"
    body = {"executionsId": [done["id"]], "executionLabels": [{"key": "more", "value": "1"}]}
    assert api.post("/executions/labels/by-ids", json=body).json() == {"count": 1}


def test_a_scheduled_execution_waits_for_its_date(api: Api) -> None:
    created = api.post("/executions/exec.basic/hello", params={"scheduleDate": "2099-01-01T00:00:00Z"}).json()
    assert created["scheduleDate"] == "2099-01-01T00:00:00Z"
    api.run("exec.basic", "hello")  # one that came later has run by now
    assert api.get(f"/executions/{created['id']}").json()["state"]["current"] == "CREATED"


def test_search_and_list(api: Api) -> None:
    ids = [api.run("exec.basic", "hello")["id"] for _ in range(3)]
    api.until(ids[-1], "SUCCESS")
    params = {"namespace": "exec.basic", "flowId": "hello", "size": 2, "sort": "state.startDate:desc"}
    page = api.get("/executions/search", params=params).json()
    assert [one["id"] for one in page["results"]] == [ids[2], ids[1]]
    assert page["total"] >= 3
    none = api.get("/executions/search", params={"filters[flowId][EQUALS]": "hello", "filters[state][IN]": "FAILED"})
    assert none.json()["total"] == 0
    listed = api.get("/executions", params={"namespace": "exec.basic", "flowId": "hello", "size": 100}).json()
    assert set(ids) <= {one["id"] for one in listed["results"]}
    assert api.get("/executions", params={"namespace": "exec.basic"}).status_code == 400
    latest = api.post("/executions/latest", json=[{"namespace": "exec.basic", "id": "hello"}]).json()
    assert (latest[0]["id"], latest[0]["status"]) == (ids[2], "SUCCESS")


def test_graph_flow_and_expression(api: Api) -> None:
    done = api.run("exec.basic", "hello", {"name": "Ada"})
    api.until(done["id"], "SUCCESS")
    graph = api.get(f"/executions/{done['id']}/graph").json()
    node = next(node for node in graph["nodes"] if node.get("task", {}).get("id") == "say")
    assert node["taskRun"]["state"]["current"] == "SUCCESS"
    assert api.get(f"/executions/{done['id']}/flow").json()["id"] == "hello"
    assert api.get("/executions/flows/exec.basic/hello").json()["id"] == "hello"
    run = done["taskRunList"][0]["id"]
    for path in ("eval", f"eval/{run}"):
        answer = api.post(f"/executions/{done['id']}/{path}", data="{{ inputs.name | upper }}")
        assert answer.json() == {"result": "ADA"}
    assert "error" in api.post(f"/executions/{done['id']}/eval", data="{{ inputs.nobody }}").json()


def test_kill(api: Api) -> None:
    created = api.post("/executions/exec.basic/slow").json()
    api.until(created["id"], "RUNNING")
    assert api.delete(f"/executions/{created['id']}/kill").status_code == 202
    api.until(created["id"], "KILLED")
    again = api.delete(f"/executions/{created['id']}/kill", params={"isOnKillCascade": "false"})
    assert again.status_code == 409


def test_pause_and_resume(api: Api) -> None:
    created = api.post("/executions/exec.basic/slow").json()
    api.until(created["id"], "RUNNING")
    assert api.post(f"/executions/{created['id']}/pause").status_code == 204
    api.until(created["id"], "PAUSED")
    assert api.post(f"/executions/{created['id']}/resume").status_code == 204
    api.until(created["id"], "RUNNING")
    api.delete(f"/executions/{created['id']}/kill")
    api.until(created["id"], "KILLED")
    assert api.post(f"/executions/{created['id']}/resume").status_code == 409


def test_resume_with_inputs(api: Api) -> None:
    created = api.post("/executions/exec.basic/paused").json()
    api.until(created["id"], "PAUSED")
    resume = f"/executions/{created['id']}/resume"
    checked = api.post(f"{resume}/validate", files={"reason": (None, "ok"), "amount": (None, "x")}).json()
    assert [bool(one["errors"]) for one in checked["inputs"]] == [False, True]
    assert api.post(resume, files={"amount": (None, "1")}).status_code == 422
    assert api.post(resume, files={"reason": (None, "ok"), "amount": (None, "5")}).status_code == 204
    done = api.until(created["id"], "SUCCESS")
    assert done["taskRunList"][-1]["outputs"]["value"] == "ok 5"


def test_restart_and_replay(api: Api) -> None:
    failed = api.run("exec.basic", "failing")
    assert failed["state"]["current"] == "FAILED"
    api.until(failed["id"], "FAILED")
    restarted = api.post(f"/executions/{failed['id']}/restart")
    assert restarted.status_code == 200
    assert restarted.json()["id"] == failed["id"]

    def failed_again() -> dict[str, Any] | None:
        execution = api.until(failed["id"], "FAILED")
        return execution if len(execution["taskRunList"][1]["attempts"]) == 2 else None

    again = eventually(failed_again, what="a second attempt")
    assert again["taskRunList"][0]["outputs"] == failed["taskRunList"][0]["outputs"], "the first task was not run again"
    assert api.post(f"/executions/{failed['id']}/restart", params={"revision": 99}).status_code == 404

    api.flow(
        FAILING.replace(
            "{id: fail, type: io.kestra.plugin.core.execution.Fail}",
            "{id: fail, type: io.kestra.plugin.core.log.Log, message: x}",
        )
    )
    params = {"taskRunId": failed["taskRunList"][1]["id"], "revision": 2}
    replayed = api.post(f"/executions/{failed['id']}/replay", params=params).json()
    assert replayed["originalId"] == failed["id"]
    assert replayed["id"] != failed["id"]
    done = api.until(replayed["id"], "SUCCESS")
    assert done["taskRunList"][0]["outputs"] == failed["taskRunList"][0]["outputs"]


def test_replay_with_inputs(api: Api) -> None:
    first = api.run("exec.basic", "hello", {"name": "One"})
    api.until(first["id"], "SUCCESS")
    again = api.post(f"/executions/{first['id']}/replay-with-inputs", files={"name": (None, "Two")}).json()
    done = api.until(again["id"], "SUCCESS")
    assert done["outputs"]["greeting"] == "Hello Two 0"
    assert done["inputs"]["name"] == "Two"
    original = api.get(f"/executions/{first['id']}").json()
    assert original["inputs"]["name"] == "One", "each execution shows the inputs that it ran with"
    assert {"key": "system.replayed", "value": "true"} in original["labels"]
    assert original["outputs"]["greeting"] == "Hello One 0"


def test_force_run_change_status_and_task_state(api: Api) -> None:
    scheduled = api.post("/executions/exec.basic/hello", params={"scheduleDate": "2099-01-01T00:00:00Z"}).json()
    api.until(scheduled["id"], "CREATED")
    assert api.post(f"/executions/{scheduled['id']}/force-run").status_code == 200
    api.until(scheduled["id"], "SUCCESS")
    status = f"/executions/{scheduled['id']}/change-status"
    assert api.post(status, params={"status": "RUNNING"}).status_code == 422
    assert api.post(status).status_code == 400
    assert api.post(status, params={"status": "WARNING"}).json()["state"]["current"] == "WARNING"
    done = api.run("exec.basic", "hello")
    api.until(done["id"], "SUCCESS")
    body = {"taskRunId": done["taskRunList"][0]["id"], "state": "FAILED"}
    assert api.post(f"/executions/{done['id']}/state", json=body).status_code == 200
    assert api.until(done["id"], "FAILED")["taskRunList"][0]["state"]["current"] == "FAILED"


def test_concurrency_and_unqueue(api: Api) -> None:
    api.flow(SLOW.replace("id: slow", "id: one") + "concurrency: {limit: 1, behavior: QUEUE}\n")
    first = api.post("/executions/exec.basic/one").json()["id"]
    api.until(first, "RUNNING")
    second = api.post("/executions/exec.basic/one").json()["id"]
    api.until(second, "QUEUED")
    assert api.post(f"/executions/{second}/unqueue").status_code == 200
    api.until(second, "RUNNING")
    assert api.delete("/executions/kill/by-ids", json=[first, second]).json() == {"count": 2}
    for one in (first, second):
        api.until(one, "KILLED")


def test_bulk_is_all_or_nothing(api: Api) -> None:
    done = api.run("exec.basic", "hello")["id"]
    api.until(done, "SUCCESS")
    answer = api.delete("/executions/kill/by-ids", json=[done, "none"])
    assert answer.status_code == 400
    body = answer.json()
    assert body["message"] == "invalid bulk kill"
    problems = {one["invalidValue"]: one["message"] for one in body["invalids"]}
    assert problems == {done: "execution already finished", "none": "execution not found"}
    assert api.post("/executions/replay/by-ids", json=[done]).json() == {"count": 1}
    assert api.delete("/executions/by-ids", json=[done]).json() == {"count": 1}
    assert api.get(f"/executions/{done}").status_code == 404


def test_bulk_by_query(api: Api) -> None:
    api.flow(HELLO.replace("exec.basic", "exec.query"))
    ids = [api.run("exec.query", "hello")["id"] for _ in range(2)]
    for one in ids:
        api.until(one, "SUCCESS")
    query = {"filters[namespace][EQUALS]": "exec.query"}
    assert api.post("/executions/pause/by-query", params=query).status_code == 400
    assert api.post("/executions/change-status/by-query", params=query | {"newStatus": "WARNING"}).json() == {
        "count": 2
    }
    for one in ids:
        api.until(one, "WARNING")
    assert api.delete("/executions/by-query", params=query).json() == {"count": 2}
    assert api.get("/executions/search", params=query).json()["total"] == 0


def test_validate_inputs(api: Api) -> None:
    checked = api.post("/executions/exec.basic/hello/validate", files={"count": (None, "x")}).json()
    errors = {one["input"]["id"]: one["errors"] for one in checked["inputs"]}
    assert errors["name"] == []
    assert "count" in errors["count"][0]["message"]
    values = {one["input"]["id"]: one.get("value") for one in checked["inputs"]}
    assert values["name"] == "Will"


def test_breakpoints(api: Api) -> None:
    created = api.post("/executions/exec.basic/hello", params={"breakpoints": "say"}).json()
    api.until(created["id"], "BREAKPOINT")
    assert api.post(f"/executions/{created['id']}/resume-from-breakpoint").status_code == 204
    api.until(created["id"], "SUCCESS")


WEBHOOK = """
id: hook
namespace: exec.webhook
tasks:
  - id: say
    type: io.kestra.plugin.core.debug.Return
    format: "{{ trigger.body.name ?? trigger.body }} {{ trigger.parameters.a[0] }}"
triggers:
  - {id: web, type: io.kestra.plugin.core.trigger.Webhook, key: s3cr3t}
"""


@pytest.mark.parametrize("tenant", ["", "/main"])
def test_webhook_needs_its_key_and_no_password(api: Api, tenant: str) -> None:
    api.flow(WEBHOOK)
    url = f"{api.server.url}/api/v1{tenant}/executions/webhook/exec.webhook/hook"
    started = requests.post(f"{url}/s3cr3t?a=1", json={"name": "Ada"}, timeout=30)
    assert started.status_code == 200, started.text
    assert api.until(started.json()["id"], "SUCCESS")["taskRunList"][0]["outputs"]["value"] == "Ada 1"
    put = requests.put(
        f"{url}/s3cr3t?a=2", data="k=v", headers={"Content-Type": "application/x-www-form-urlencoded"}, timeout=30
    )
    assert api.until(put.json()["id"], "SUCCESS")["taskRunList"][0]["outputs"]["value"] == "k=v 2"
    assert requests.get(f"{url}/wrong?a=1", timeout=30).status_code == 404
    assert requests.get(f"{url}/s3cr3t/more?a=1", timeout=30).status_code == 404
    assert requests.post(url, timeout=30).status_code == 401, "without a key it is not a webhook"


def test_a_webhook_may_wait(api: Api) -> None:
    api.flow(WEBHOOK.replace("id: hook", "id: waiting").replace("key: s3cr3t", "key: s3cr3t, wait: true"))
    url = f"{api.server.url}/api/v1/executions/webhook/exec.webhook/waiting/s3cr3t?a=1"
    assert requests.post(url, data="x", timeout=30).json()["state"]["current"] == "SUCCESS"


@pytest.mark.parametrize(
    "name",
    [
        "labels",
        "restart",
        "replay",
        "state",
        "unqueue",
        "replay-with-inputs",
        "resume-from-breakpoint",
        "eval",
        "resume",
    ],
)
def test_a_flow_may_have_the_name_of_an_action(api: Api, name: str) -> None:
    """A form creates an execution; without one the path is the action's, as in the official server."""
    api.flow(HELLO.replace("id: hello", f"id: {name}").replace("namespace: exec.basic", "namespace: exec.names"))
    answer = api.post(f"/executions/exec.names/{name}", files={"unused": (None, "x")}, params={"wait": "true"})
    assert (answer.status_code, answer.json().get("flowId")) == (200, name), answer.text
    assert api.post(f"/executions/exec.names/{name}").status_code in (404, 422)
