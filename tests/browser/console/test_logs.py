"""The logs of all executions, and those of a flow."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.console.conftest import NAMESPACE
from tests.browser.console.screens import Screens
from tests.support.waiting import eventually
from workbook.kestra import KestraClient

SPACE = f"{NAMESPACE}.logs"
COUNT = 30
FLOW = f"""id: talks
namespace: {SPACE}
tasks:
  - {{id: hello, type: io.kestra.plugin.core.log.Log, message: [{", ".join(f"line {n}" for n in range(COUNT))}]}}
  - {{id: warn, type: io.kestra.plugin.core.log.Log, level: WARN, message: mind the gap}}
"""


@pytest.fixture(scope="module", autouse=True)
def execution(kestra: KestraClient) -> str:
    """An execution whose log is stored; its id."""
    kestra.import_flow(FLOW)
    started = kestra.execute(f"{SPACE}/talks")
    eventually(lambda: len(kestra.logs(started)) > COUNT)
    return started.id


def lines(screens: Screens) -> Locator:
    """The lines on the screen."""
    return screens.page.locator(".log-line")


def test_logs_are_turned_page_by_page_on_the_server(screens: Screens) -> None:
    screens.open(f"logs?namespace={SPACE}")
    expect(lines(screens)).to_have_count(25)
    expect(screens.page.get_by_text("1–25 of 31")).to_be_visible()
    expect(lines(screens).first).to_contain_text("mind the gap")
    screens.button("Next page").click()
    expect(lines(screens)).to_have_count(6)
    screens.page.reload()
    expect(screens.page.get_by_text("26–31 of 31")).to_be_visible()


def test_level_and_text_of_logs_stay_in_the_address(screens: Screens) -> None:
    screens.open(f"logs?namespace={SPACE}&flow=talks")
    screens.choose(screens.page.get_by_label("Level"), "WARN")
    expect(lines(screens)).to_have_count(1)
    screens.page.reload()
    screens.ready()
    expect(lines(screens)).to_have_count(1)
    screens.choose(screens.page.get_by_label("Level"), "INFO")
    expect(lines(screens)).to_have_count(25)
    screens.page.get_by_label("Search logs").fill("line 17")
    expect(lines(screens)).to_have_count(1)
    expect(lines(screens)).to_contain_text("line 17")
    assert "q=line+17" in screens.page.url


def test_a_line_leads_from_its_flow_to_its_execution(screens: Screens, execution: str) -> None:
    screens.open(f"flows/edit/{SPACE}/talks/overview")
    screens.tab("Logs")
    screens.page.get_by_role("link", name="warn").click()
    assert screens.execution_id() == execution
