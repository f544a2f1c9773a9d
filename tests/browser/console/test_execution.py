"""One execution: watch it, read what it left, and act on it."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.console.conftest import NAMESPACE
from tests.browser.console.screens import Screens, finished
from tests.support.waiting import eventually
from workbook.kestra import KestraClient

STEPS = f"""id: steps
namespace: {NAMESPACE}
tasks:
  - {{id: first, type: io.kestra.plugin.core.log.Log, message: the first line}}
  - {{id: wait, type: io.kestra.plugin.core.flow.Sleep, duration: PT3S}}
  - {{id: last, type: io.kestra.plugin.core.log.Log, level: WARN, message: the last line}}
"""
FILES = f"""id: files
namespace: {NAMESPACE}
tasks:
  - id: write
    type: io.kestra.plugin.core.storage.Write
    extension: .csv
    content: |
      id,name
      1,Ada
  - id: values
    type: io.kestra.plugin.core.output.OutputValues
    values: {{rows: "42"}}
"""
PAUSED = f"""id: pauses
namespace: {NAMESPACE}
tasks:
  - id: ask
    type: io.kestra.plugin.core.flow.Pause
    onResume: [{{id: reason, type: STRING}}]
  - {{id: answer, type: io.kestra.plugin.core.debug.Return, format: "{{{{ outputs.ask.onResume.reason }}}}"}}
"""
LONG = f"""id: long
namespace: {NAMESPACE}
tasks:
  - {{id: wait, type: io.kestra.plugin.core.flow.Sleep, duration: PT5M}}
"""
REPLAYED = f"""id: replayed
namespace: {NAMESPACE}
inputs: [{{id: name, type: STRING, defaults: Ada}}]
tasks:
  - {{id: one, type: io.kestra.plugin.core.debug.Return, format: "{{{{ inputs.name }}}}"}}
  - {{id: two, type: io.kestra.plugin.core.debug.Return, format: "{{{{ inputs.name }}}}"}}
"""


def open_execution(screens: Screens, flow_id: str, execution_id: str, tab: str) -> None:
    """Open a tab of an execution."""
    screens.open(f"executions/{NAMESPACE}/{flow_id}/{execution_id}/{tab}")


def start(kestra: KestraClient, flow: str, **options: object) -> tuple[str, str]:
    """Start an execution of a flow; gives the ids of both."""
    stored = kestra.import_flow(flow)
    return stored.id, kestra.execute(stored, **options).id


def test_the_gantt_grows_while_it_runs_and_a_bar_opens_its_log(screens: Screens, kestra: KestraClient) -> None:
    flow_id, execution_id = start(kestra, STEPS, wait=False)
    open_execution(screens, flow_id, execution_id, "gantt")
    rows = screens.page.locator(".gantt-row")
    expect(rows).to_have_count(2)
    screens.state("RUNNING")
    screens.state("SUCCESS")
    expect(rows).to_have_count(3)
    rows.first.click()
    expect(screens.page.get_by_role("log")).to_contain_text("the first line")


def test_the_log_comes_line_by_line(screens: Screens, kestra: KestraClient) -> None:
    flow_id, execution_id = start(kestra, STEPS, wait=False)
    open_execution(screens, flow_id, execution_id, "logs")
    log = screens.page.get_by_role("log")
    expect(log).to_contain_text("the first line")
    expect(log).not_to_contain_text("the last line")
    expect(log).to_contain_text("the last line")
    screens.choose("Level", "WARN")
    expect(log.locator(".log-line:visible .text")).to_have_text(["the last line"])
    with screens.page.expect_download() as download:
        screens.page.get_by_role("link", name="Download").click()
    assert "the first line" in Path(download.value.path()).read_text()


def test_a_log_of_one_that_has_ended_is_searched(screens: Screens, kestra: KestraClient) -> None:
    flow_id, execution_id = start(kestra, STEPS.replace("PT3S", "PT0.01S").replace("id: steps", "id: quick"))
    open_execution(screens, flow_id, execution_id, "logs")
    screens.page.get_by_label("Search the log").fill("first")
    expect(screens.page.locator(".log-line:visible .text")).to_have_text(["the first line"])


def test_the_topology_has_the_states(screens: Screens, kestra: KestraClient) -> None:
    flow_id, execution_id = start(kestra, FILES)
    open_execution(screens, flow_id, execution_id, "topology")
    picture = screens.page.get_by_role("img", name="Topology of the flow files")
    expect(picture).to_contain_text("✓ SUCCESS")


def test_a_file_is_looked_at_and_downloaded(screens: Screens, kestra: KestraClient) -> None:
    flow_id, execution_id = start(kestra, FILES)
    open_execution(screens, flow_id, execution_id, "outputs")
    screens.page.get_by_role("button", name=re.compile("Preview")).click()
    expect(screens.dialog().get_by_role("cell", name="Ada")).to_be_visible()
    screens.dialog().get_by_role("button", name="Close").click()
    with screens.page.expect_download() as download:
        screens.page.get_by_role("main").get_by_role("link", name="Download").click()
    assert Path(download.value.path()).read_text() == "id,name\n1,Ada\n"
    assert download.value.suggested_filename.endswith(".csv")


def test_an_expression_is_tried(screens: Screens, kestra: KestraClient) -> None:
    flow_id, execution_id = start(kestra, FILES)
    open_execution(screens, flow_id, execution_id, "outputs")
    screens.page.get_by_label("Expression").fill("{{ outputs.values.values.rows }} rows")
    screens.button("Evaluate").click()
    expect(screens.page.get_by_text("42 rows")).to_be_visible()
    screens.page.get_by_label("Expression").fill("{{ outputs.nothing.rows }}")
    screens.page.keyboard.press("Enter")
    expect(screens.page.locator(".form-error")).to_contain_text("nothing")


def test_an_execution_is_killed(screens: Screens, kestra: KestraClient) -> None:
    flow_id, execution_id = start(kestra, LONG, wait=False)
    open_execution(screens, flow_id, execution_id, "gantt")
    screens.state("RUNNING")
    screens.button("Kill").click()
    screens.dialog().get_by_role("button", name="Kill").click()
    screens.state("KILLED")
    assert kestra.execution(execution_id).state == "KILLED"


def test_a_paused_one_goes_on_with_what_it_asks_for(screens: Screens, kestra: KestraClient) -> None:
    flow_id, execution_id = start(kestra, PAUSED, wait=False)
    eventually(lambda: kestra.execution(execution_id).state == "PAUSED")
    open_execution(screens, flow_id, execution_id, "overview")
    screens.button("Resume").click()
    screens.dialog().get_by_role("button", name="Resume").click()
    expect(screens.dialog().get_by_role("alert")).to_contain_text("reason")
    screens.dialog().get_by_label("reason").fill("checked")
    screens.dialog().get_by_role("button", name="Resume").click()
    screens.state("SUCCESS")
    assert finished(kestra, execution_id).output("answer") == {"value": "checked"}


def test_one_is_replayed_from_a_task_with_another_input(screens: Screens, kestra: KestraClient) -> None:
    flow_id, execution_id = start(kestra, REPLAYED)
    open_execution(screens, flow_id, execution_id, "gantt")
    screens.button("Replay").click()
    screens.choose(screens.dialog().get_by_label("Begin"), "two")
    screens.dialog().get_by_role("switch", name="With other inputs").click()
    screens.dialog().get_by_label("name").fill("Grace")
    screens.dialog().get_by_role("button", name="Replay").click()
    screens.page.wait_for_url(lambda url: "/replayed/" in url and execution_id not in url)
    replay = finished(kestra, screens.execution_id())
    assert [replay.output(task) for task in ("one", "two")] == [{"value": "Ada"}, {"value": "Grace"}]


def test_a_failed_one_is_restarted(screens: Screens, kestra: KestraClient) -> None:
    failing = FILES.replace("id: files", "id: restarted") + (
        "  - {id: fail, type: io.kestra.plugin.core.execution.Fail}\n"
    )
    flow_id, execution_id = start(kestra, failing, check=False)
    open_execution(screens, flow_id, execution_id, "gantt")
    screens.button("Restart").click()
    screens.dialog().get_by_role("button", name="Restart").click()
    states = eventually(lambda: _restarted(kestra, execution_id))
    assert states.count("FAILED") == 2
    screens.state("FAILED")


def test_the_state_of_a_task_run_is_changed(screens: Screens, kestra: KestraClient) -> None:
    failing = "id: repaired\n" + FILES.split("\n", 1)[1].replace("- id: write", "- id: write\n    disabled: true")
    failing += "  - {id: fail, type: io.kestra.plugin.core.execution.Fail}\n"
    flow_id, execution_id = start(kestra, failing, check=False)
    open_execution(screens, flow_id, execution_id, "gantt")
    screens.button("More").click()
    screens.page.get_by_text("Change the state").click()
    screens.choose(screens.dialog().get_by_label("Of"), "fail")
    screens.dialog().get_by_role("button", name="Change").click()
    screens.state("SUCCESS")
    assert kestra.execution(execution_id).state == "SUCCESS"


def _restarted(kestra: KestraClient, execution_id: str) -> list[str]:
    """The states that an execution has had, once it has ended after a restart."""
    now = kestra.execution(execution_id)
    states = [change.state for change in now.states.history]
    return states if "RESTARTED" in states and now.terminated else []
