"""The revisions of a flow."""

from playwright.sync_api import expect

from tests.browser.console.conftest import NAMESPACE
from tests.browser.console.screens import Screens
from workbook.kestra import KestraClient

FLOW = f"{NAMESPACE}.revisions/saved"
TEXT = f"""id: saved
namespace: {NAMESPACE}.revisions
tasks:
  - {{id: hello, type: io.kestra.plugin.core.log.Log, message: Hello}}
"""


def test_two_revisions_are_compared_and_the_first_is_restored(screens: Screens, kestra: KestraClient) -> None:
    for message in ("Hello", "Good evening", "Good night"):
        kestra.import_flow(TEXT.replace("Hello", message))
    screens.open(f"flows/edit/{FLOW}/overview")
    screens.tab("Revisions")
    expect(screens.page.locator(".diff .removed")).to_contain_text("Good evening")
    expect(screens.page.locator(".diff .added")).to_contain_text("Good night")
    screens.choose(screens.page.get_by_label("Compare"), "revision 1")
    expect(screens.page.locator(".diff .removed")).to_contain_text("Hello")
    screens.button("Restore revision 1").click()
    screens.dialog().get_by_role("button", name="Restore").click()
    expect(screens.page.locator(".page-head").get_by_text("revision 4")).to_be_visible()
    restored = kestra.flow(FLOW)
    assert (restored.revision, restored.source) == (4, TEXT)
