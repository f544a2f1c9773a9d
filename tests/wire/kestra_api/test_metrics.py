"""Metrics that an execution publishes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kestrapy import MetricAggregations, PagedResultsMetricEntry

from tests.support.waiting import eventually
from tests.wire.kestra_api.client import Api

FLOW = """
    id: publisher
    namespace: metrics.team
    inputs:
      - {id: rows, type: INT}
    tasks:
      - id: load
        type: io.kestra.plugin.core.metric.Publish
        metrics:
          - {type: counter, name: rows, value: "{{ inputs.rows }}", tags: {taxi: green}}
          - {type: timer, name: elapsed, value: PT2S}
      - id: check
        type: io.kestra.plugin.core.metric.Publish
        metrics:
          - {type: counter, name: rows, value: 1}
"""
FLOW_PATH = "metrics.team/publisher"


@pytest.fixture(scope="module")
def execution(api: Api) -> str:
    """The second of two executions, with 40 and 2 rows, whose metrics are stored."""
    api.flow(FLOW)
    done = [api.run("metrics.team", "publisher", {"rows": rows})["id"] for rows in (40, 2)]
    for execution_id in done:
        eventually(lambda path=f"/metrics/{execution_id}": api.get(path).json()["total"] >= 3, 60, "the metrics")
    return done[-1]


def test_of_an_execution(api: Api, execution: str) -> None:
    found = PagedResultsMetricEntry.from_dict(api.get(f"/metrics/{execution}", params={"sort": "name:asc"}).json())
    assert [(one.task_id, one.name, one.type, one.value) for one in found.results][:1] == [
        ("load", "elapsed", "timer", 2000.0)
    ]
    assert sorted((one.task_id, one.value) for one in found.results[1:]) == [("check", 1.0), ("load", 2.0)]
    counter = next(one for one in found.results if one.name == "rows" and one.task_id == "load")
    assert (counter.type, counter.tags["taxi"], counter.execution_id) == ("counter", "green", execution)


def test_of_a_task_and_of_a_task_run(api: Api, execution: str) -> None:
    found = api.get(f"/metrics/{execution}", params={"taskId": "check"}).json()
    assert [one["taskId"] for one in found["results"]] == ["check"]
    run = found["results"][0]["taskRunId"]
    assert api.get(f"/metrics/{execution}", params={"taskRunId": run}).json() == found
    page = api.get(f"/metrics/{execution}", params={"page": 2, "size": 2}).json()
    assert (len(page["results"]), page["total"]) == (1, 3)


def test_names(api: Api, execution: str) -> None:
    assert sorted(api.get(f"/metrics/names/{FLOW_PATH}").json()) == ["elapsed", "rows"]
    assert api.get(f"/metrics/names/{FLOW_PATH}/check").json() == ["rows"]
    assert sorted(api.get(f"/metrics/tasks/{FLOW_PATH}").json()) == ["check", "load"]


@pytest.mark.parametrize(("aggregation", "value"), [("sum", 44), ("avg", 11), ("min", 1), ("max", 40)])
def test_aggregates_of_a_flow(api: Api, execution: str, aggregation: str, value: float) -> None:
    assert aggregate(api, f"{FLOW_PATH}/rows", aggregation=aggregation) == value


def test_aggregates_of_a_task(api: Api, execution: str) -> None:
    assert aggregate(api, f"{FLOW_PATH}/load/rows") == 42
    assert aggregate(api, f"{FLOW_PATH}/check/rows") == 2


def test_aggregates_of_another_time(api: Api, execution: str) -> None:
    old = {"startDate": "2020-01-01T00:00:00Z", "endDate": "2020-01-03T00:00:00Z"}
    assert aggregate(api, f"{FLOW_PATH}/rows", **old) == 0


def aggregate(api: Api, path: str, **params: str) -> Any:
    """The aggregation over the last days, in which one bucket is not zero."""
    answer = api.get(f"/metrics/aggregates/{path}", params=params)
    assert answer.status_code == 200, answer.text
    found = MetricAggregations.from_dict(answer.json())
    return sum(one.value for one in found.aggregations)


def test_refused(api: Api) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for params in ({"aggregation": "median"}, {"startDate": tomorrow}, {"startDate": "soon"}):
        answer = api.get(f"/metrics/aggregates/{FLOW_PATH}/rows", params=params)
        assert (answer.status_code, answer.json()["status"]) == (422, 422)


def test_of_nothing(api: Api) -> None:
    assert api.get("/metrics/unknown").json() == {"results": [], "total": 0}
    assert api.get("/metrics/names/metrics.team/unknown").json() == []
