"""What the guides of the flows tell their readers to do on the screens, where no other test does it."""

import json

from playwright.sync_api import expect

from tests.browser.console.conftest import NAMESPACE
from tests.browser.console.screens import Screens, finished
from tests.support.waiting import eventually
from workbook.kestra import KestraClient

PIPELINE = f"""id: pipeline
namespace: {NAMESPACE}.pipelines
tasks:
  - id: ingest
    type: io.kestra.plugin.core.log.Log
    message: Submitting the job ...
  - id: count
    type: io.kestra.plugin.core.debug.Return
    format: "{{{{ execution.id }}}}"
triggers:
  - {{id: daily_schedule, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 5 * * *", disabled: true}}
"""
SCHEDULED = f"""id: zones
namespace: {NAMESPACE}.zones
tasks:
  - {{id: hello, type: io.kestra.plugin.core.log.Log, message: Hello}}
triggers:
  - id: yellow_schedule
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "0 10 1 * *"
"""
ACCOUNT = {"type": "service_account", "project_id": "zoomcamp", "client_email": "kestra@zoomcamp.example"}
KEYS = ["GCP_BUCKET_NAME", "GCP_CREDS", "GCP_DATASET", "GCP_LOCATION", "GCP_PROJECT_ID"]


def go_to(screens: Screens, section: str) -> None:
    """Go to a page by the navigation."""
    screens.page.get_by_role("navigation", name="Main").get_by_role("link", name=section, exact=True).click()
    screens.page.get_by_role("heading", level=1, name=section).wait_for()
    screens.ready()


def save_text(screens: Screens, text: str) -> None:
    """Write a text into the editor of a flow's page, and save it."""
    screens.tab("Edit")
    expect(screens.page.get_by_text("The engine accepts this flow.")).to_be_visible()
    screens.write(text)
    screens.button("Save").click()
    screens.dialog().get_by_role("button", name="Save").click()


def test_a_pipeline_is_pasted_executed_and_watched(screens: Screens, kestra: KestraClient) -> None:
    screens.open("dashboards")
    go_to(screens, "Flows")
    screens.button("Create").click()
    screens.page.wait_for_url("**/ui/main/flows/new")
    screens.ready()
    screens.write(PIPELINE)
    screens.button("Save").click()
    screens.page.wait_for_url("**/edit")
    go_to(screens, "Flows")
    screens.page.get_by_label("Search flows").fill("pipeline")
    screens.page.wait_for_url("**q=pipeline")
    screens.page.reload()
    screens.ready()
    screens.page.get_by_role("link", name="pipeline", exact=True).click()
    screens.ready()
    screens.button("Execute").click()
    screens.dialog().get_by_role("button", name="Execute").click()
    execution = finished(kestra, screens.execution_id())
    screens.state("SUCCESS")
    expect(screens.page.locator(".gantt-row")).to_have_count(2)
    screens.tab("Logs")
    expect(screens.page.get_by_role("log")).to_contain_text("Submitting the job ...")
    screens.tab("Outputs")
    expect(screens.page.get_by_text(execution.id, exact=True).first).to_be_visible()
    screens.tab("Metrics")
    screens.tab("Topology")
    expect(screens.page.get_by_role("img", name="Topology of the flow pipeline")).to_contain_text("ingest")
    go_to(screens, "Executions")
    expect(screens.page.locator("tbody").get_by_role("link", name="pipeline").first).to_be_visible()


def test_credentials_and_a_flow_fill_the_kv_store(screens: Screens, kestra: KestraClient) -> None:
    go_to_store(screens)
    screens.button("New Key-Value").click()
    screens.dialog().get_by_label("Key", exact=True).fill("GCP_CREDS")
    screens.choose(screens.dialog().get_by_label("Type"), "JSON")
    screens.dialog().get_by_role("textbox", name="Value").fill(json.dumps(ACCOUNT))
    screens.dialog().get_by_role("button", name="Save").click()
    screens.wait_for_message("GCP_CREDS is saved")
    assert kestra.kv("zoomcamp")["GCP_CREDS"] == ACCOUNT
    go_to(screens, "Flows")
    screens.button("Create 06_gcp_kv").click()
    expect(screens.page.get_by_role("link", name="06_gcp_kv")).to_be_visible()
    screens.open("flows/edit/zoomcamp/06_gcp_kv/overview")
    screens.button("Execute").click()
    screens.dialog().get_by_label("Data set").fill("zoomcamp")
    screens.dialog().get_by_role("button", name="Execute").click()
    assert finished(kestra, screens.execution_id()).state == "SUCCESS"
    go_to_store(screens)
    for key in KEYS:
        expect(screens.button(f"Edit {key}")).to_be_visible()
    assert sorted(kestra.kv("zoomcamp")) == KEYS


def go_to_store(screens: Screens) -> None:
    """Go to the namespace of the course, and to its KV Store."""
    screens.open("namespaces")
    screens.page.get_by_label("Another namespace").fill("zoomcamp")
    screens.button("Open").click()
    screens.page.wait_for_url("**/namespaces/edit/zoomcamp/**")
    screens.ready()
    screens.tab("KV Store")


def test_the_id_of_a_flow_stays(screens: Screens, kestra: KestraClient) -> None:
    kestra.import_flow(SCHEDULED.replace("id: zones", "id: stays"))
    screens.open(f"flows/edit/{NAMESPACE}.zones/stays/overview")
    save_text(screens, SCHEDULED.replace("id: zones", "id: another"))
    screens.wait_for_message("Illegal flow id update")
    assert kestra.flow(f"{NAMESPACE}.zones/stays").revision == 1


def test_a_time_zone_is_added_to_a_schedule(screens: Screens, kestra: KestraClient) -> None:
    kestra.import_flow(SCHEDULED)
    screens.open(f"flows/edit/{NAMESPACE}.zones/zones/overview")
    save_text(screens, f"{SCHEDULED}    timezone: America/New_York\n")
    expect(screens.page.get_by_text("revision 2", exact=True)).to_be_visible()
    [trigger] = eventually(lambda: kestra.triggers(f"{NAMESPACE}.zones/zones"))
    assert trigger.id == "yellow_schedule"
    screens.tab("Triggers")
    expect(screens.page.get_by_label("yellow_schedule", exact=True)).to_contain_text("10:00 E")
