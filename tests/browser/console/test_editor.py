"""Writing flows: create, the engine's word at the line, the difference, what is not saved."""

import re

from playwright.sync_api import expect

from tests.browser.console.conftest import NAMESPACE
from tests.browser.console.screens import Screens
from workbook.kestra import KestraClient

FLOW = f"""id: {{id}}
namespace: {NAMESPACE}
tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: {{message}}
"""
ACCEPTED = "The engine accepts this flow."


def test_a_pasted_flow_is_created(screens: Screens, kestra: KestraClient) -> None:
    screens.open("flows")
    screens.page.get_by_role("button", name="Create", exact=True).first.click()
    screens.page.wait_for_url("**/ui/main/flows/new")
    expect(screens.page.get_by_text(ACCEPTED)).to_be_visible()
    text = FLOW.format(id="pasted", message="Hello from the console 👋")
    screens.write(text)
    expect(screens.page.get_by_text("hello from", exact=False).first).to_be_visible()
    screens.button("Save").click()
    screens.page.wait_for_url(f"**/flows/edit/{NAMESPACE}/pasted/edit")
    assert kestra.flow(f"{NAMESPACE}/pasted").source == text


def test_a_flow_that_exists_is_not_created_again(screens: Screens, kestra: KestraClient) -> None:
    kestra.import_flow(FLOW.format(id="taken", message="first"))
    screens.open("flows/new")
    screens.write(FLOW.format(id="taken", message="second"))
    screens.button("Save").click()
    screens.wait_for_message("already exists")
    assert kestra.flow(f"{NAMESPACE}/taken").revision == 1


def test_the_engines_message_stands_at_the_line(screens: Screens) -> None:
    screens.open("flows/new")
    screens.write(FLOW.format(id="wrong", message="Hello").replace("log.Log", "log.Logg"))
    problem = screens.page.get_by_role("button", name=re.compile("Line 5"))
    expect(problem).to_contain_text("Invalid type: io.kestra.plugin.core.log.Logg")
    expect(screens.page.locator(".problem-line")).to_have_text("    type: io.kestra.plugin.core.log.Logg")
    screens.write(FLOW.format(id="wrong", message="Hello").replace("    message", "   message"))
    expect(screens.page.get_by_role("button", name=re.compile("Line 6"))).to_be_visible()
    screens.write(FLOW.format(id="wrong", message="Hello"))
    expect(screens.page.get_by_text(ACCEPTED)).to_be_visible()
    expect(screens.page.locator(".problem-line")).to_have_count(0)


def test_the_difference_is_shown_before_a_revision_is_saved(screens: Screens, kestra: KestraClient) -> None:
    kestra.import_flow(FLOW.format(id="changed", message="before"))
    screens.open(f"flows/edit/{NAMESPACE}/changed/edit")
    expect(screens.page.get_by_text(ACCEPTED)).to_be_visible()
    screens.write(FLOW.format(id="changed", message="after"))
    screens.page.keyboard.press("Control+s")
    expect(screens.dialog().locator(".removed")).to_have_text("-    message: before")
    expect(screens.dialog().locator(".added")).to_have_text("+    message: after")
    assert kestra.flow(f"{NAMESPACE}/changed").revision == 1
    screens.dialog().get_by_role("button", name="Save").click()
    expect(screens.page.get_by_text("revision 2", exact=True)).to_be_visible()
    assert "after" in kestra.flow(f"{NAMESPACE}/changed").source


def test_text_that_is_not_saved_is_there_again(screens: Screens, kestra: KestraClient) -> None:
    kestra.import_flow(FLOW.format(id="kept", message="saved"))
    screens.open(f"flows/edit/{NAMESPACE}/kept/edit")
    expect(screens.page.get_by_text(ACCEPTED)).to_be_visible()
    screens.write(FLOW.format(id="kept", message="not saved"))
    screens.open(f"flows/edit/{NAMESPACE}/kept/edit")
    editor = screens.page.locator(".cm-content")
    expect(screens.page.get_by_text("This is the text that you had not saved.")).to_be_visible()
    expect(editor).to_contain_text("not saved")
    screens.button("Discard it").click()
    expect(editor).not_to_contain_text("not saved")
    assert kestra.flow(f"{NAMESPACE}/kept").revision == 1


def pick(screens: Screens, name: str) -> None:
    """Take a proposal of the editor by the keyboard."""
    chosen = screens.page.locator(".cm-tooltip-autocomplete li[aria-selected]")
    expect(chosen).to_be_visible()
    screens.page.wait_for_timeout(100)  # the editor takes no key for its proposals in their first 75 ms
    while not chosen.inner_text().startswith(name):
        screens.page.keyboard.press("ArrowDown")
    screens.page.keyboard.press("Enter")


def test_types_and_properties_are_completed_at_the_cursor(screens: Screens, kestra: KestraClient) -> None:
    screens.open("flows/new")
    screens.write(f"id: completed\nnamespace: {NAMESPACE}\ntasks:\n  - id: hello\n    ")
    keyboard = screens.page.keyboard
    proposals = screens.page.get_by_role("listbox").get_by_role("option")
    keyboard.type("type: io.kestra.plugin.core.lo")
    expect(proposals.first).to_contain_text("io.kestra.plugin.core.log.Log")
    pick(screens, "io.kestra.plugin.core.log.Log")
    keyboard.press("Enter")
    keyboard.type("me")
    expect(proposals.first).to_contain_text("required")
    pick(screens, "message")
    keyboard.type("Hello")
    keyboard.press("Enter")
    expect(screens.page.get_by_role("complementary").locator("code").first).to_have_text(
        "io.kestra.plugin.core.log.Log"
    )
    keyboard.press("Control+Space")
    expect(proposals.get_by_text("level", exact=True)).to_be_visible()
    expect(proposals.get_by_text("message", exact=True)).to_have_count(0)
    pick(screens, "level")
    keyboard.press("Control+Space")
    pick(screens, "WARN")
    expect(screens.page.get_by_text(ACCEPTED)).to_be_visible()
    screens.button("Save").click()
    screens.page.wait_for_url(f"**/flows/edit/{NAMESPACE}/completed/edit")
    task = kestra.flow(f"{NAMESPACE}/completed").raw["tasks"][0]
    assert task == {"id": "hello", "type": "io.kestra.plugin.core.log.Log", "message": "Hello", "level": "WARN"}


def test_the_panel_documents_the_type_at_the_cursor(screens: Screens) -> None:
    screens.open("flows/new")
    text = FLOW.format(id="documented", message="Hello")
    waiting = "  - id: wait\n    type: io.kestra.plugin.core.flow.Sleep\n    duration: PT1S\n"
    screens.write(text + waiting + "  - {id: none, type: io.kestra.plugin.core.log.Logg}\n")
    panel = screens.page.get_by_role("complementary", name="Documentation")
    lines = screens.page.locator(".cm-line")
    for number, type_name, required in ((5, "log.Log", "message"), (8, "flow.Sleep", "duration"), (3, "log.Log", "")):
        lines.nth(number).click()
        expect(panel.locator("code").first).to_have_text(f"io.kestra.plugin.core.{type_name}")
        expect(panel.get_by_role("row").filter(has_text="required")).to_contain_text(required)
        expect(panel).to_contain_text("Other properties are refused.")
    screens.page.keyboard.press("ArrowDown")
    lines.nth(9).click()
    expect(panel).to_contain_text("This server does not have the type io.kestra.plugin.core.log.Logg")
