"""The list of flows: what is on the server, and what could be."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.console.conftest import NAMESPACE
from tests.browser.console.screens import Screens
from workbook.kestra import KestraClient
from workbook.kestra.models import FlowId

FLOW = f"""id: {{id}}
namespace: {NAMESPACE}.{{space}}
tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: Hello
"""


def test_a_flow_of_the_folder_is_created_by_one_click(screens: Screens, kestra: KestraClient) -> None:
    screens.open("flows")
    screens.button("Create 01_hello_world").click()
    expect(screens.page.get_by_role("link", name="01_hello_world")).to_be_visible()
    assert kestra.flow("zoomcamp/01_hello_world").revision == 1
    expect(screens.button("Create 01_hello_world")).to_have_count(0)


def test_flows_are_found_by_name_and_namespace(screens: Screens, kestra: KestraClient) -> None:
    for name, space in (("alpha", "one"), ("beta", "one"), ("gamma", "two")):
        kestra.import_flow(FLOW.format(id=name, space=space))
    screens.open("flows")
    links = screens.page.get_by_role("main").get_by_role("table").first.get_by_role("link")
    screens.page.get_by_label("Search flows").fill("bet")
    expect(links).to_have_text(["beta"])
    assert screens.page.url.endswith("?q=bet")
    screens.page.get_by_role("navigation", name="Namespaces").get_by_role("link", name="two").click()
    expect(links).to_have_text(["gamma"])
    screens.page.get_by_role("navigation", name="Namespaces").get_by_role("link", name="screens").click()
    expect(links.filter(has_text="beta")).to_be_visible()
    expect(links.filter(has_text="01_hello_world")).to_have_count(0)


def test_the_state_of_the_last_execution_is_shown_and_leads_to_it(screens: Screens, kestra: KestraClient) -> None:
    kestra.import_flow(FLOW.format(id="seen", space="one"))
    execution = kestra.execute(f"{NAMESPACE}.one/seen")
    screens.open("flows?q=seen")
    screens.page.get_by_role("link", name="SUCCESS").click()
    assert screens.execution_id() == execution.id


def test_files_are_imported(screens: Screens, kestra: KestraClient, tmp_path: Path) -> None:
    both = tmp_path / "flows.yaml"
    both.write_text("\n---\n".join(FLOW.format(id=f"imported_{number}", space="three") for number in (1, 2)))
    screens.open("flows")
    screens.button("Import").click()
    screens.page.locator("input[type=file]").set_input_files(both)
    expect(screens.dialog().get_by_text("flows.yaml")).to_be_visible()
    screens.dialog().get_by_role("button", name="Import").click()
    screens.page.get_by_role("link", name="imported_2").wait_for()
    assert [kestra.flow(FlowId(f"{NAMESPACE}.three", f"imported_{number}")).revision for number in (1, 2)] == [1, 1]


def test_a_flow_is_deleted(screens: Screens, kestra: KestraClient) -> None:
    kestra.import_flow(FLOW.format(id="doomed", space="one"))
    screens.open(f"flows/edit/{NAMESPACE}.one/doomed/overview")
    screens.button("More").click()
    screens.page.get_by_text("Delete the flow").click()
    screens.dialog().get_by_role("button", name="Delete").click()
    screens.page.wait_for_url(re.compile("/ui/main/flows$"))
    assert not kestra.delete_flow(f"{NAMESPACE}.one/doomed")
