"""The dashboard, and what a flow measures and depends on."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.console.conftest import NAMESPACE
from tests.browser.console.screens import Screens
from tests.support.waiting import eventually
from workbook.kestra import KestraClient

SPACE = f"{NAMESPACE}.measures"
FIRST = f"""id: first
namespace: {SPACE}
tasks:
  - id: publish
    type: io.kestra.plugin.core.metric.Publish
    metrics:
      - {{type: counter, name: rows_loaded, value: 12}}
"""
SECOND = f"""id: second
namespace: {SPACE}
tasks:
  - {{id: fail, type: io.kestra.plugin.core.execution.Fail}}
triggers:
  - id: after_first
    type: io.kestra.plugin.core.trigger.Flow
    preconditions: {{id: of_first, flows: [{{namespace: {SPACE}, flowId: first, states: [SUCCESS]}}]}}
  - {{id: each_new_year, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 0 1 1 *", timezone: Asia/Tokyo}}
"""
PAUSED = f"""id: waits
namespace: {SPACE}
tasks:
  - {{id: wait, type: io.kestra.plugin.core.flow.Pause}}
"""


@pytest.fixture(scope="module", autouse=True)
def executions(kestra: KestraClient) -> None:
    """Two executions that measured, each of which started one that failed, and one that goes on."""
    for flow in (FIRST, SECOND, PAUSED):
        kestra.import_flow(flow)
    for _ in range(2):
        kestra.execute(f"{SPACE}/first")
    kestra.execute(f"{SPACE}/waits", wait=False)
    eventually(lambda: len(kestra.executions(f"{SPACE}/second", state="FAILED")) == 2)
    eventually(lambda: len(kestra.executions(f"{SPACE}/waits", state="PAUSED")) == 1)
    eventually(lambda: kestra.http.json("GET", f"/metrics/names/{SPACE}/first") == ["rows_loaded"])


def cells(table: Locator) -> list[list[str]]:
    """The rows of a table of numbers."""
    rows = table.locator("tr").all()
    return [row.locator("th, td").all_inner_texts() for row in rows]


def test_the_dashboard_counts_executions_by_day_and_state(screens: Screens, kestra: KestraClient) -> None:
    screens.open("dashboards")
    screens.page.get_by_text("As a table").click()
    heads, *days = cells(screens.page.get_by_role("table", name="Executions a day, by state"))
    assert heads[0] == "Day"
    assert {"SUCCESS", "FAILED", "PAUSED"} <= set(heads)
    assert len(days) == 8
    failed = sum(int(day[heads.index("FAILED")].replace(",", "")) for day in days)
    assert failed == len(kestra.executions(state="FAILED")) >= 2
    screens.page.get_by_role("link", name="last 30 days").click()
    screens.ready()
    screens.page.get_by_text("As a table").click()
    assert len(cells(screens.page.get_by_role("table", name="Executions a day, by state"))) == 31


def test_the_dashboard_tells_what_runs_and_failed_and_comes_next(screens: Screens) -> None:
    screens.open("dashboards")
    sections = screens.page.locator("section")
    expect(sections.filter(has_text="Running now").get_by_role("link", name="waits")).to_be_visible()
    expect(sections.filter(has_text="Failed lately").get_by_role("link", name="second").first).to_be_visible()
    row = sections.filter(has_text="Next dates").locator("tr").filter(has_text="each_new_year")
    expect(row).to_contain_text("01-01 00:00 JST")


def test_a_metric_of_a_flow_is_added_up_by_day(screens: Screens) -> None:
    screens.open(f"flows/edit/{SPACE}/first/overview")
    screens.tab("Metrics")
    screens.page.get_by_text("As a table").click()
    table = screens.page.get_by_role("table", name="The metric by day")
    assert sum(float(day[1]) for day in cells(table)[1:]) == 24
    screens.choose(screens.page.get_by_label("Of each day the"), "greatest")
    expect(table.get_by_text("24", exact=True)).to_have_count(0)
    assert sum(float(day[1]) for day in cells(table)[1:]) == 12


def test_the_dependencies_of_a_flow_lead_to_the_others(screens: Screens) -> None:
    screens.open(f"flows/edit/{SPACE}/second/overview")
    screens.tab("Dependencies")
    expect(screens.page.get_by_role("img", name=f"Dependencies of {SPACE}/second")).to_be_visible()
    expect(screens.page.get_by_role("cell", name="starts by a trigger")).to_be_visible()
    screens.page.get_by_role("link", name=f"{SPACE}/first", exact=True).click()
    expect(screens.page.get_by_role("img", name=f"Dependencies of {SPACE}/first")).to_be_visible()
