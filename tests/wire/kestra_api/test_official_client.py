"""The official Python client, used as a user would."""

from collections.abc import Iterator
from pathlib import Path

import kestrapy
import pytest
from kestrapy import KestraClient, QueryFilter, QueryFilterField, QueryFilterOp

from tests.support.waiting import eventually
from tests.wire.kestra_api.client import Server
from tests.wire.kestra_api.serve import Settings

TENANT = "main"
NAMESPACE = "client.official"
FLOW = f"""\
id: greet
namespace: {NAMESPACE}
labels:
  team: blue
inputs:
  - {{id: name, type: STRING, defaults: Will}}
  - {{id: data, type: FILE, required: false}}
tasks:
  - {{id: say, type: io.kestra.plugin.core.log.Log, message: "Hello {{{{ inputs.name }}}}"}}
  - {{id: store, type: io.kestra.plugin.core.storage.Write, content: "kept {{{{ inputs.name }}}}", extension: .txt}}
"""
WAITING = f"""\
id: waiting
namespace: {NAMESPACE}
tasks:
  - {{id: nap, type: io.kestra.plugin.core.flow.Sleep, duration: PT60S}}
"""


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[KestraClient]:
    client = KestraClient(host=server.url, username=Settings.username, password=Settings.password)
    for source in (FLOW, WAITING):
        client.flows.create_flow(TENANT, source)
    yield client
    client.close()


def where(field: str, value: str) -> QueryFilter:
    return QueryFilter(
        var_field=getattr(QueryFilterField, field), operation=QueryFilterOp.EQUALS, value={"value": value}
    )


def until(client: KestraClient, execution: str, state: str) -> kestrapy.Execution:
    def reached() -> kestrapy.Execution | None:
        current = client.executions.execution(execution, TENANT)
        return current if current.state.current == state else None

    return eventually(reached, what=f"execution {execution} to be {state}")


def test_flows(client: KestraClient, tmp_path: Path) -> None:
    flow = client.flows.flow(NAMESPACE, "greet", TENANT, source=True)
    assert flow.source == FLOW
    assert [task.id for task in flow.tasks] == ["say", "store"]
    updated = client.flows.update_flow(NAMESPACE, "greet", TENANT, FLOW + "description: changed\n")
    assert (updated.revision, updated.description) == (2, "changed")
    assert len(client.flows.list_flow_revisions(NAMESPACE, "greet", TENANT)) == 2
    page = client.flows.search_flows(TENANT, page=1, size=10, filters=[where("NAMESPACE", NAMESPACE)])
    assert {one.id for one in page.results} == {"greet", "waiting"}
    assert NAMESPACE in client.flows.list_distinct_namespaces(TENANT)
    graph = client.flows.generate_flow_graph(NAMESPACE, "greet", TENANT)
    assert len(graph.nodes) > 2
    validated = client.flows.validate_flows(TENANT, "id: bad\nnamespace: x\ntasks: []\n")
    assert "must not be empty" in validated[0].constraints


def test_errors_are_the_clients_exceptions(client: KestraClient, server: Server) -> None:
    with pytest.raises(kestrapy.ApiException) as missing:
        client.flows.flow(NAMESPACE, "nobody", TENANT)
    assert missing.value.status == 404
    with pytest.raises(kestrapy.ApiException) as invalid:
        client.flows.create_flow(TENANT, "id: bad\nnamespace: x\ntasks: []\n")
    assert invalid.value.status == 422
    stranger = KestraClient(host=server.url, username=Settings.username, password="Wrong1234")
    with pytest.raises(kestrapy.ApiException) as refused:
        stranger.flows.flow(NAMESPACE, "greet", TENANT)
    assert refused.value.status == 401


def test_executions(client: KestraClient) -> None:
    created = client.executions.create_execution(
        TENANT, NAMESPACE, "greet", wait=True, labels=["kind:test"], inputs={"name": "Ada"}
    )
    assert created.state.current == "SUCCESS"
    done = until(client, created.id, "SUCCESS")
    assert isinstance(done, kestrapy.Execution)
    kestrapy.Execution.from_dict(done.to_dict())  # the client is lenient: this is not
    assert done.state.duration.startswith("PT")
    assert done.inputs["name"] == "Ada"
    assert {label.key: label.value for label in done.labels}["kind"] == "test"
    uri = done.task_run_list[1].outputs["uri"]
    assert client.executions.download_file_from_execution(done.id, uri, TENANT) == b"kept Ada"
    assert client.executions.file_metadatas_from_execution(done.id, uri, TENANT).size == len("kept Ada")
    filters = [where("NAMESPACE", NAMESPACE), where("FLOW_ID", "greet")]
    page = client.executions.search_executions(TENANT, page=1, size=10, filters=filters)
    assert done.id in [one["id"] for one in page["results"]]
    replay = client.executions.replay_execution(done.id, TENANT)
    assert until(client, replay.id, "SUCCESS").original_id == done.id
    client.executions.delete_execution(replay.id, TENANT, delete_logs=True, delete_metrics=True, delete_storage=True)
    with pytest.raises(kestrapy.ApiException):
        client.executions.execution(replay.id, TENANT)


def test_following_and_killing(client: KestraClient) -> None:
    created = client.executions.create_execution(TENANT, NAMESPACE, "waiting")
    until(client, created.id, "RUNNING")
    states = []
    for event in client.executions.follow_execution(created.id, TENANT):
        if state := getattr(event, "state", None):  # the first event has none
            states.append(state.current)
            if len(states) == 1:
                client.executions.kill_execution(created.id, TENANT, is_on_kill_cascade=True)
    assert states[0] == "RUNNING"
    assert states[-1] == "KILLED"


def test_logs(client: KestraClient) -> None:
    created = client.executions.create_execution(TENANT, NAMESPACE, "greet", inputs={"name": "Eve"})
    followed = [line.message for line in client.logs.follow_logs_from_execution(created.id, TENANT) if line.message]
    assert "Hello Eve" in followed
    until(client, created.id, "SUCCESS")
    lines = client.logs.list_logs_from_execution(created.id, TENANT, task_id="say")
    assert [line.message for line in lines] == ["Hello Eve"]
    text = client.logs.download_logs_from_execution(created.id, TENANT)
    assert "Hello Eve" in str(text)
    found = client.logs.search_logs(TENANT, page=1, size=50, filters=[where("NAMESPACE", NAMESPACE)])
    assert "Hello Eve" in [line.message for line in found.results]
    errors = client.logs.search_logs(TENANT, filters=[where("NAMESPACE", NAMESPACE), where("MIN_LEVEL", "ERROR")])
    assert errors.total == 0
