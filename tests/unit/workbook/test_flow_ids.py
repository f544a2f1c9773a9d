"""How a flow is named, and what happens when a text names none."""

from typing import Any

import pytest

import workbook
from tests.support.fake_kestra import FakeKestra, recorded
from workbook.errors import NotFound, WorkbookError
from workbook.kestra import Flow, FlowId, KestraClient

RAW = {"namespace": "company.team", "id": "hello"}


def test_text_is_namespace_and_id() -> None:
    assert FlowId.parse("company.team/hello") == FlowId("company.team", "hello")
    assert str(FlowId("company.team", "hello")) == "company.team/hello"


@pytest.mark.parametrize("text", ["company.team", "/hello", "company.team/", "a/b/c", ""])
def test_a_text_without_both_parts_names_no_flow(client: KestraClient, text: str) -> None:
    for call in (client.flow, client.execute, client.triggers, client.delete_flow, client.graph):
        with pytest.raises(NotFound, match=r"names no flow\. Write its namespace and its id"):
            call(text)


@pytest.mark.parametrize("flow", [Flow.from_json(RAW), FlowId("company.team", "hello"), "company.team/hello"])
def test_a_flow_its_id_and_its_text_mean_the_same(fake: FakeKestra, client: KestraClient, flow: Any) -> None:
    fake.on("GET", "/executions/search", {"results": [], "total": 0})
    assert client.executions(flow) == []
    query = fake.requests("GET", "/executions/search")[0][0]
    assert query["filters[namespace][EQUALS]"] == "company.team"
    assert query["filters[flowId][EQUALS]"] == "hello"


def test_a_namespace_is_asked_for_by_name(fake: FakeKestra, client: KestraClient) -> None:
    fake.on("GET", "/executions/search", {"results": [], "total": 0})
    assert client.executions(namespace="company.team") == []
    query = fake.requests("GET", "/executions/search")[0][0]
    assert query["filters[namespace][EQUALS]"] == "company.team"
    assert "filters[flowId][EQUALS]" not in query


def test_a_flow_is_drawn_in_its_revision(fake: FakeKestra, client: KestraClient) -> None:
    fake.flow({**RAW, "revision": 3})
    fake.on("GET", "/flows/company.team/hello/graph", recorded("hello.graph"))
    picture = workbook.topology(client.graph("company.team/hello"))
    assert "Topology of the flow hello" in picture.svg
    assert fake.requests("GET", "/flows/company.team/hello/graph")[0][0] == {"revision": "3"}


def test_an_execution_is_drawn_with_the_states_of_its_tasks(
    fake: FakeKestra, client: KestraClient, executed: Any
) -> None:
    fake.on("GET", "/flows/zoomcamp/hello/graph", recorded("hello.graph"))
    run = executed("hello")
    assert run.full_flow_id == FlowId("zoomcamp", "hello")
    assert "sleep (SUCCESS)" in workbook.topology(client.graph(run)).description


def test_topology_of_what_is_no_graph_says_what_to_ask_for() -> None:
    flow: Any = Flow.from_json(RAW)
    with pytest.raises(WorkbookError, match=r"workbook\.topology\(lab\.kestra\.graph\(flow\)\)"):
        workbook.topology(flow)
