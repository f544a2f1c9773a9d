"""The list of executions: filters, pages, and actions on several."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.console.conftest import NAMESPACE
from tests.browser.console.screens import Screens
from tests.support.waiting import eventually
from workbook.kestra import KestraClient

GOOD = f"""id: listed
namespace: {NAMESPACE}.list
tasks:
  - {{id: hello, type: io.kestra.plugin.core.log.Log, message: Hello}}
"""
BAD = f"""id: fails
namespace: {NAMESPACE}.list
tasks:
  - {{id: fail, type: io.kestra.plugin.core.execution.Fail}}
"""
MANY = 30


@pytest.fixture(scope="module", autouse=True)
def executions(kestra: KestraClient) -> None:
    """Thirty that went well, and two that did not."""
    kestra.import_flow(GOOD)
    kestra.import_flow(BAD)
    for number in range(MANY):
        kestra.execute(f"{NAMESPACE}.list/listed", labels={"number": str(number)}, wait=False)
    for _ in range(2):
        kestra.execute(f"{NAMESPACE}.list/fails", check=False)
    eventually(lambda: len(kestra.executions(f"{NAMESPACE}.list/listed", state="SUCCESS")) == MANY)


def rows(screens: Screens) -> Locator:
    """The rows of the list."""
    return screens.page.locator("tbody tr").filter(has=screens.page.locator(".state"))


def test_the_list_is_turned_page_by_page(screens: Screens) -> None:
    screens.open(f"executions?namespace={NAMESPACE}.list&flow=listed")
    expect(rows(screens)).to_have_count(25)
    expect(screens.page.get_by_text("1–25 of 30")).to_be_visible()
    screens.button("Next page").click()
    expect(rows(screens)).to_have_count(5)
    screens.page.reload()
    expect(screens.page.get_by_text("26–30 of 30")).to_be_visible()


def test_filters_stay_in_the_address(screens: Screens) -> None:
    screens.open(f"executions?namespace={NAMESPACE}.list")
    screens.page.get_by_label("Labels").first.fill("number:7")
    expect(rows(screens)).to_have_count(1)
    screens.page.reload()
    expect(rows(screens)).to_have_count(1)
    screens.page.get_by_label("Labels").first.fill("")
    expect(rows(screens)).to_have_count(25)
    screens.choose(screens.page.get_by_label("State"), "FAILED")
    screens.page.keyboard.press("Escape")
    expect(rows(screens)).to_have_count(2)
    assert "state=FAILED" in screens.page.url


def test_filters_of_a_flows_tab_stay_in_its_address(screens: Screens) -> None:
    screens.open(f"flows/edit/{NAMESPACE}.list/listed/executions")
    expect(rows(screens)).to_have_count(25)
    screens.page.get_by_label("Labels").first.fill("number:7")
    expect(rows(screens)).to_have_count(1)
    screens.page.reload()
    expect(rows(screens)).to_have_count(1)


def test_what_the_address_asks_in_vain_is_passed_over(screens: Screens) -> None:
    screens.open(f"executions?namespace={NAMESPACE}.list&flow=listed&page=x&size=7&period=never")
    expect(screens.page.get_by_text("1–25 of 30")).to_be_visible()


def test_several_are_labelled_and_replayed_and_deleted(screens: Screens, kestra: KestraClient) -> None:
    screens.open(f"executions?namespace={NAMESPACE}.list&flow=fails")
    expect(rows(screens)).to_have_count(2)
    screens.page.get_by_role("checkbox").first.click()
    expect(screens.page.get_by_text("2 chosen")).to_be_visible()
    screens.button("Add labels").click()
    screens.dialog().get_by_label("Labels").fill("seen:yes")
    screens.dialog().get_by_role("button", name="Add").click()
    screens.wait_for_message("Labels added")
    assert len(kestra.executions(f"{NAMESPACE}.list/fails", labels={"seen": "yes"})) == 2
    screens.button("Replay").click()
    screens.dialog().get_by_role("button", name="Replay").click()
    expect(rows(screens)).to_have_count(4)
    screens.page.get_by_role("checkbox").first.click()
    expect(screens.page.get_by_text("4 chosen")).to_be_visible()
    screens.button("Delete").click()
    screens.dialog().get_by_role("button", name="Delete").click()
    expect(rows(screens)).to_have_count(0)
    assert not kestra.executions(f"{NAMESPACE}.list/fails")


def test_the_executions_of_a_flow_are_a_tab_of_its_page(screens: Screens) -> None:
    screens.open(f"flows/edit/{NAMESPACE}.list/listed/overview")
    screens.tab("Executions")
    expect(screens.page.get_by_text("1–25 of 30")).to_be_visible()
