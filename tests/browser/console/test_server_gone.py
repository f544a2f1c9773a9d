"""Kestra, or the console itself, goes away while somebody writes, and comes back."""

from playwright.sync_api import expect

from tests.browser.console.conftest import NAMESPACE
from tests.browser.console.screens import Screens, embedded
from workbook.kestra import KestraClient

GONE = "Kestra does not answer."
FLOW = f"""id: survives
namespace: {NAMESPACE}
tasks:
  - {{id: hello, type: io.kestra.plugin.core.log.Log, message: before}}
"""


def test_text_outlives_the_server(screens: Screens, kestra: KestraClient, stack: dict[str, str]) -> None:
    kestra.import_flow(FLOW)
    screens.open(f"flows/edit/{NAMESPACE}/survives/edit")
    expect(screens.page.get_by_text("The engine accepts this flow.")).to_be_visible()
    other = Screens(screens.page.context.new_page(), screens.address)
    try:
        embedded(stack, "stop", "kestra")
        expect(screens.page.get_by_text(GONE)).to_be_visible()
        screens.write(FLOW.replace("before", "after"))
        other.page.goto(f"{other.address}/ui/main/flows?q=survives")
        expect(other.page.get_by_text("This cannot be shown now.")).to_be_visible()
    finally:
        embedded(stack, "up", "--only", "kestra")
    expect(screens.page.get_by_text(GONE)).to_be_hidden()
    expect(other.page.get_by_role("link", name="survives")).to_be_visible()
    other.page.close()
    screens.button("Save").click()
    screens.dialog().get_by_role("button", name="Save").click()
    expect(screens.page.get_by_text("revision 2", exact=True)).to_be_visible()
    assert "after" in kestra.flow(f"{NAMESPACE}/survives").source


def test_text_outlives_the_console(screens: Screens, kestra: KestraClient, stack: dict[str, str]) -> None:
    kestra.import_flow(FLOW.replace("id: survives", "id: outlives"))
    screens.open(f"flows/edit/{NAMESPACE}/outlives/edit")
    expect(screens.page.get_by_text("The engine accepts this flow.")).to_be_visible()
    screens.write(FLOW.replace("id: survives", "id: outlives").replace("before", "after"))
    address = screens.page.url
    embedded(stack, "stop", "console")
    embedded(stack, "up", "--only", "console")
    screens.page.get_by_label("Password").fill(stack["KESTRA_PASSWORD"])  # sessions end with the process
    screens.button("Log in").click()
    expect(screens.page).to_have_url(address)
    expect(screens.page.get_by_text("after")).to_be_visible()
    screens.errors.clear()  # of requests while nobody answered
