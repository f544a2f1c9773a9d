"""How the pages are for eyes, hands and assistive programs."""

import pytest
from playwright.sync_api import expect

from tests.browser.console.conftest import NAMESPACE
from tests.browser.console.screens import SIZE, Screens
from workbook.kestra import KestraClient

FLOW = f"""id: looked_at
namespace: {NAMESPACE}
tasks:
  - {{id: hello, type: io.kestra.plugin.core.log.Log, message: Hello}}
triggers:
  - {{id: new_year, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 0 1 1 *"}}
"""
PHONE = {"width": 390, "height": 800}
UNNAMED = """() => [...document.querySelectorAll("button, a, input:not([type=hidden]), textarea, [role=img], img")]
  .filter((e) => e.checkVisibility({visibilityProperty: true}) && !e.closest("[aria-hidden=true]"))
  .filter((e) => e.getAttribute("alt") !== "")
  .filter((e) => !(e.getAttribute("aria-label") || e.innerText?.trim() || e.title || e.alt || e.placeholder
    || e.labels?.length || e.closest(".cm-editor") || e.type === "file"))
  .map((e) => e.outerHTML.slice(0, 200))"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def paths(kestra: KestraClient) -> list[str]:
    """The pages, one of each kind."""
    kestra.import_flow(FLOW)
    execution = f"executions/{NAMESPACE}/looked_at/{kestra.execute(f'{NAMESPACE}/looked_at').id}"
    tabs = ("overview", "topology", "executions", "edit", "revisions", "triggers", "logs", "metrics", "dependencies")
    flow = [f"flows/edit/{NAMESPACE}/looked_at/{tab}" for tab in tabs]
    shown = [f"{execution}/{tab}" for tab in ("overview", "gantt", "logs", "topology", "outputs", "metrics")]
    return ["dashboards", "flows", "flows/new", "executions", "logs", "triggers", *flow, *shown]


def test_everything_has_a_name_and_fits(screens: Screens, paths: list[str]) -> None:
    for path in paths:
        screens.page.set_viewport_size(SIZE)
        screens.open(path)
        expect(screens.page.get_by_role("heading", level=1)).to_be_visible()
        assert screens.page.evaluate(UNNAMED) == [], path
        for size in (SIZE, PHONE):
            screens.page.set_viewport_size(size)
            assert screens.page.evaluate(WIDER) == 0, (path, size)


def test_the_look_is_chosen_and_kept(screens: Screens) -> None:
    screens.open("flows")
    body = screens.page.locator("body")
    button = screens.page.locator("#theme-button")
    expect(button).to_have_text("brightness_6Auto")
    expect(body).not_to_have_class("body--dark")
    button.click()
    button.click()
    expect(button).to_contain_text("Dark")
    screens.page.reload()
    expect(body).to_have_css("background-color", "rgb(13, 17, 23)")
    button.click()
    expect(body).to_have_css("background-color", "rgb(243, 245, 248)")


def test_a_flow_is_started_by_keyboard(screens: Screens, kestra: KestraClient, paths: list[str]) -> None:
    before = len(kestra.executions(f"{NAMESPACE}/looked_at"))
    screens.open(f"flows/edit/{NAMESPACE}/looked_at/overview")
    screens.page.keyboard.press("Tab")
    expect(screens.page.get_by_text("Skip to the content")).to_be_focused()
    screens.page.keyboard.press("Enter")
    screens.button("Execute").focus()
    screens.page.keyboard.press("Enter")
    screens.dialog().get_by_role("button", name="Execute").focus()
    screens.page.keyboard.press("Enter")
    screens.execution_id()
    screens.state("SUCCESS")
    assert len(kestra.executions(f"{NAMESPACE}/looked_at")) == before + 1


def test_a_page_that_there_is_not_says_so(screens: Screens) -> None:
    screens.page.goto(f"{screens.address}/ui/main/flows/edit/{NAMESPACE}/nothing/overview")
    expect(screens.page.get_by_role("alert")).to_contain_text("Kestra has no flow 'nothing'")
    screens.page.goto(f"{screens.address}/ui/main/executions/{NAMESPACE}/nothing/nothing/gantt")
    expect(screens.page.get_by_role("alert")).to_contain_text("Kestra knows no execution 'nothing'")
