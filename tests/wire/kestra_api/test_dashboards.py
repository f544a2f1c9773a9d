"""Dashboards and blueprints at the wire."""

import csv
from collections.abc import Iterator

import pytest

from tests.wire.kestra_api.client import Api

NAMESPACE = "dashboards.wire"
FLOW = f"""
id: counted
namespace: {NAMESPACE}
description: Counts *itself*
labels: {{team: blue}}
tasks: [{{id: a, type: io.kestra.plugin.core.log.Log, message: a}}]
"""
CHARTS = f"""
charts:
  - id: by_state
    type: io.kestra.plugin.core.dashboard.chart.Table
    data:
      type: io.kestra.plugin.core.dashboard.data.Executions
      columns:
        state: {{field: STATE}}
        count: {{agg: COUNT}}
      where:
        - {{field: NAMESPACE, type: EQUAL_TO, value: {NAMESPACE}}}
  - id: succeeded
    type: io.kestra.plugin.core.dashboard.chart.KPI
    chartOptions: {{displayName: Succeeded, numberType: PERCENTAGE}}
    data:
      type: io.kestra.plugin.core.dashboard.data.ExecutionsKPI
      columns: {{field: ID, agg: COUNT}}
      numerator:
        - {{field: STATE, type: IN, values: [SUCCESS]}}
      where:
        - {{field: NAMESPACE, type: EQUAL_TO, value: {NAMESPACE}}}
  - id: about
    type: io.kestra.plugin.core.dashboard.chart.Markdown
    source: {{type: FlowDescription, flowId: counted, namespace: {NAMESPACE}}}
  - id: words
    type: io.kestra.plugin.core.dashboard.chart.Markdown
    source: {{type: Text, content: "# Words"}}
"""
YAML = {"Content-Type": "application/x-yaml"}


def dashboard(title: str, charts: str = "charts: []\n", dashboard_id: str = "wire-dash") -> str:
    return f"id: {dashboard_id}\ntitle: {title}\ntimeWindow: {{default: P7D, max: P30D}}\n{charts}"


@pytest.fixture(scope="module")
def executions(api: Api) -> int:
    """How many there are of the counted flow."""
    api.flow(FLOW)
    for _ in range(3):
        answer = api.post(f"/executions/{NAMESPACE}/counted?wait=true")
        assert answer.json()["state"]["current"] == "SUCCESS"
    return 3


@pytest.fixture
def stored(api: Api) -> Iterator[str]:
    """The id of a dashboard with charts."""
    created = api.post("/dashboards", data=dashboard("stored", CHARTS, "stored"), headers=YAML)
    assert created.status_code == 200, created.text
    yield created.json()["id"]
    api.delete(f"/dashboards/{created.json()['id']}")


def test_a_dashboard_is_created_found_changed_and_deleted(api: Api) -> None:
    created = api.post("/dashboards", data=dashboard("first-title"), headers=YAML).json()
    assert (created["id"], created["title"], created["timeWindow"]) == (
        "wire-dash",
        "first-title",
        {"default": "PT168H", "max": "PT720H"},
    )
    again = api.post("/dashboards", data=dashboard("other"), headers=YAML)
    assert (again.status_code, again.json()["message"]) == (
        422,
        "Illegal argument: Dashboard id already exists: wire-dash",
    )
    got = api.get("/dashboards/wire-dash").json()
    assert (got["title"], got["sourceCode"]) == ("first-title", dashboard("first-title"))
    changed = api.put("/dashboards/wire-dash", data=dashboard("second-title"), headers=YAML).json()
    assert (changed["id"], changed["title"], changed["created"]) == ("wire-dash", "second-title", got["created"])
    found = api.get("/dashboards", params={"q": "second-title"}).json()
    assert (found["total"], found["results"][0]["id"]) == (1, "wire-dash")
    renamed = api.put("/dashboards/wire-dash", data=dashboard("x", dashboard_id="elsewhere"), headers=YAML)
    assert renamed.status_code == 422
    assert api.delete("/dashboards/wire-dash").status_code == 204
    for gone in (api.get("/dashboards/wire-dash"), api.delete("/dashboards/wire-dash")):
        assert gone.status_code == 404
    assert api.put("/dashboards/wire-dash", data=dashboard("x"), headers=YAML).status_code == 404


def test_dashboards_are_sorted_and_paged(api: Api) -> None:
    for title in ("paged-b", "paged-c", "paged-a"):
        api.post("/dashboards", data=dashboard(title, dashboard_id=title), headers=YAML)
    found = api.get("/dashboards", params={"q": "paged", "sort": "title:desc", "size": 2}).json()
    assert (found["total"], [row["title"] for row in found["results"]]) == (3, ["paged-c", "paged-b"])


def test_the_rows_of_a_table_are_counted(api: Api, stored: str, executions: int) -> None:
    path = f"/dashboards/{stored}/charts/by_state"
    assert api.post(path, json={}).json() == {"results": [{"state": "SUCCESS", "count": executions}], "total": 1}
    assert api.post(path, json={"labels": {"team": "red"}}).json()["results"] == []
    assert api.post(path, json={"labels": {"team": "blue"}}).json()["results"][0]["count"] == executions
    assert api.post(path, json={"namespace": "elsewhere"}).json()["results"] == []
    past = {"startDate": "2020-01-01T00:00:00Z", "endDate": "2020-01-05T00:00:00Z"}
    assert api.post(path, json=past).json()["results"] == []
    in_filters = [
        {"field": "START_DATE", "operation": "GREATER_THAN", "value": past["startDate"]},
        {"field": "END_DATE", "operation": "LESS_THAN", "value": past["endDate"]},
    ]
    assert api.post(path, json={"filters": in_filters}).json()["results"] == []


def test_the_rows_of_a_table_as_csv(api: Api, stored: str, executions: int) -> None:
    answer = api.post(f"/dashboards/{stored}/charts/by_state/export/to-csv", json={})
    assert answer.headers["content-type"].startswith("text/csv")
    assert list(csv.DictReader(answer.text.splitlines())) == [{"state": "SUCCESS", "count": str(executions)}]


def test_a_kpi_is_a_share_of_all(api: Api, stored: str, executions: int) -> None:
    (row,) = api.post(f"/dashboards/{stored}/charts/succeeded", json={}).json()["results"]
    assert row["value"] == pytest.approx(100)


def test_a_chart_may_show_the_description_of_a_flow(api: Api, stored: str, executions: int) -> None:
    answer = api.post(f"/dashboards/{stored}/charts/about", json={}).json()
    assert answer == {"results": [{"description": "Counts *itself*"}], "total": 1}


def test_a_chart_is_previewed_without_a_dashboard(api: Api, executions: int) -> None:
    chart = f"""
id: preview
type: io.kestra.plugin.core.dashboard.chart.Pie
chartOptions: {{graphStyle: DONUT}}
data:
  type: io.kestra.plugin.core.dashboard.data.Executions
  columns:
    state: {{field: STATE}}
    total: {{agg: COUNT}}
  where:
    - {{field: NAMESPACE, type: EQUAL_TO, value: {NAMESPACE}}}
"""
    answer = api.post("/dashboards/charts/preview", json={"chart": chart})
    assert answer.json() == {"results": [{"state": "SUCCESS", "total": executions}], "total": 1}
    answer = api.post("/dashboards/charts/export/to-csv", json={"chart": chart})
    assert list(csv.DictReader(answer.text.splitlines())) == [{"state": "SUCCESS", "total": str(executions)}]


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("by_state", {"startDate": "2020-01-05T00:00:00Z", "endDate": "2020-01-01T00:00:00Z"}, 422, "must be after"),
        ("by_state", {"startDate": "2019-01-01T00:00:00Z", "endDate": "2020-01-01T00:00:00Z"}, 422, "larger than"),
        ("by_state", {"startDate": "soon"}, 422, "is not a date"),
        ("by_state", {"filters": {}}, 422, "list of filters"),
        ("by_state", {"filters": [1]}, 422, "list of filters"),
        ("by_state", {"pageNumber": 0, "pageSize": 1}, 422, "greater than or equal to 1"),
        ("by_state", [], 422, "an object was expected"),
        ("words", {}, 422, "Only data charts"),
        ("none", {}, 404, "Chart none"),
    ],
)
def test_bad_requests_for_data(api: Api, stored: str, path: str, body: object, status: int, message: str) -> None:
    answer = api.post(f"/dashboards/{stored}/charts/{path}", json=body)
    assert (answer.status_code, message in answer.json()["message"]) == (status, True), answer.text


def test_what_is_wrong_in_a_dashboard_or_a_chart(api: Api) -> None:
    assert "constraints" not in api.post("/dashboards/validate", data=dashboard("fine", CHARTS), headers=YAML).json()
    for text in (
        "id: no-title",
        "title: no id",
        "id: [",
        "id: i\ntitle: t\nunknown: 1",
        "",
        dashboard("t", "charts: [{id: a}]"),
    ):
        assert api.post("/dashboards/validate", data=text, headers=YAML).json()["constraints"]
        assert api.post("/dashboards", data=text, headers=YAML).status_code == 422
    chart = "id: c\ntype: io.kestra.plugin.core.dashboard.chart.Unknown\n"
    constraints = api.post("/dashboards/validate/chart", data=chart, headers=YAML).json()["constraints"]
    assert "io.kestra.plugin.core.dashboard.chart.Unknown" in constraints
    longer = dashboard("t").replace("max: P30D", "max: P1D")
    assert api.post("/dashboards/validate", data=longer, headers=YAML).json()["constraints"]


def test_there_are_no_community_blueprints(api: Api) -> None:
    assert api.get("/blueprints/community/flow", params={"q": "x"}).json() == {"results": [], "total": 0}
    assert api.get("/blueprints/community/flow/tags").json() == []
    assert api.get("/blueprints/community/flow/1/source").status_code == 404
    assert api.get("/blueprints/custom").status_code == 501
