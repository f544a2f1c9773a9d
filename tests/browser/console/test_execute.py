"""Starting executions: the form of the inputs, the engine's word beside a field, labels, commands."""

import json
import shlex
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.console.conftest import NAMESPACE
from tests.browser.console.screens import Screens, finished
from tests.support.waiting import eventually
from workbook.kestra import KestraClient

TYPES = f"""id: types
namespace: {NAMESPACE}
inputs:
  - {{id: name, type: STRING, displayName: Your name}}
  - {{id: rows, type: INT, min: 1, max: 10, defaults: 5}}
  - {{id: share, type: FLOAT, defaults: 0.5}}
  - {{id: loud, type: BOOL, defaults: true}}
  - {{id: taxi, type: SELECT, values: [yellow, green], defaults: yellow}}
  - {{id: days, type: MULTISELECT, values: [mon, tue, wed], defaults: [mon]}}
  - {{id: months, type: ARRAY, itemType: INT, defaults: [1, 2]}}
  - {{id: day, type: DATE, defaults: "2020-02-29"}}
  - {{id: at, type: DATETIME, defaults: "2020-01-01T00:00:00Z"}}
  - {{id: daily, type: TIME, defaults: "10:30:00"}}
  - {{id: pause, type: DURATION, defaults: PT1M30S}}
  - {{id: settings, type: JSON, defaults: '{{"rows": 10}}'}}
  - {{id: options, type: YAML, defaults: "columns: [a, b]"}}
  - {{id: source, type: URI, defaults: "https://kestra.io"}}
  - {{id: owner, type: EMAIL, defaults: ada@example.org}}
  - {{id: password, type: SECRET}}
  - {{id: content, type: FILE}}
  - {{id: file, type: STRING, defaults: "{{{{ inputs.taxi }}}}.csv", dependsOn: {{inputs: [taxi]}}}}
  - id: extra
    type: STRING
    required: false
    dependsOn: {{inputs: [taxi], condition: "{{{{ inputs.taxi == 'green' }}}}"}}
tasks:
  - id: read
    type: io.kestra.plugin.core.debug.Return
    format: "{{{{ read(inputs.content) }}}}"
"""
NUMBER = f"""id: number
namespace: {NAMESPACE}
inputs:
  - {{id: rows, type: INT, max: 10}}
tasks:
  - {{id: hello, type: io.kestra.plugin.core.log.Log, message: "{{{{ inputs.rows }}}}"}}
"""


def test_every_type_of_input_has_its_field(screens: Screens, kestra: KestraClient, tmp_path: Path) -> None:
    kestra.import_flow(TYPES)
    (tmp_path / "rows.csv").write_text("a,b")
    screens.open(f"flows/edit/{NAMESPACE}/types/overview")
    screens.button("Execute").click()
    form = screens.dialog()
    expect(form.get_by_label("file", exact=True)).to_have_value("yellow.csv")
    expect(form.get_by_label("extra", exact=True)).to_be_hidden()
    form.get_by_label("Your name").fill("Ada")
    form.get_by_label("rows", exact=True).fill("7")
    form.get_by_label("share").fill("0.25")
    form.get_by_role("radio", name="false").click()
    screens.choose(form.get_by_label("taxi"), "green")
    expect(form.get_by_label("file", exact=True)).to_have_value("green.csv")
    expect(form.get_by_label("extra", exact=True)).to_be_visible()
    screens.choose(form.get_by_label("days"), "tue", "wed")
    form.get_by_label("months").fill("[3]")
    form.get_by_label("day", exact=True).fill("2021-03-01")
    form.get_by_label("at", exact=True).fill("2021-03-01T10:00:00Z")
    form.get_by_label("daily").fill("11:45:00")
    form.get_by_label("pause").fill("PT5S")
    form.get_by_label("settings").fill('{"rows": 20}')
    form.get_by_label("options").fill("columns: [c]")
    form.get_by_label("source").fill("https://example.org")
    form.get_by_label("owner").fill("grace@example.org")
    form.get_by_label("password").fill("s3cret-of-the-form")
    form.locator("input[type=file]").set_input_files(tmp_path / "rows.csv")
    expect(form.get_by_text("rows.csv", exact=True)).to_be_visible()
    form.get_by_role("button", name="Execute").click()
    execution = finished(kestra, screens.execution_id())
    assert (execution.state, execution.output("read")["value"]) == ("SUCCESS", "a,b")
    inputs = {name: value for name, value in execution.inputs.items() if name not in ("password", "content")}
    assert inputs == {
        "name": "Ada",
        "rows": 7,
        "share": 0.25,
        "loud": False,
        "taxi": "green",
        "days": ["mon", "tue", "wed"],
        "months": [3],
        "day": "2021-03-01",
        "at": "2021-03-01T10:00:00.000000Z",
        "daily": "11:45:00",
        "pause": 5.0,
        "settings": {"rows": 20},
        "options": {"columns": ["c"]},
        "source": "https://example.org",
        "owner": "grace@example.org",
        "file": "green.csv",
        "extra": None,
    }
    screens.tab("Overview")
    expect(screens.page.get_by_text("******")).to_be_visible()
    assert "s3cret-of-the-form" not in screens.page.content()


def test_a_wrong_input_is_told_beside_its_field_and_starts_nothing(screens: Screens, kestra: KestraClient) -> None:
    kestra.import_flow(NUMBER)
    screens.open(f"flows/edit/{NAMESPACE}/number/overview")
    screens.button("Execute").click()
    form = screens.dialog()
    form.get_by_role("button", name="Execute").click()
    expect(form.get_by_role("alert")).to_contain_text("rows")
    form.get_by_label("rows").fill("11")
    expect(form.get_by_role("alert")).to_contain_text("it must be less than `10`")
    form.get_by_role("button", name="Execute").click()
    expect(form.get_by_role("alert")).to_be_visible()
    assert not kestra.executions(f"{NAMESPACE}/number")


def test_labels_and_the_same_as_a_command(screens: Screens, kestra: KestraClient) -> None:
    kestra.import_flow(NUMBER.replace("id: number", "id: labelled"))
    screens.open(f"flows/edit/{NAMESPACE}/labelled/overview")
    screens.button("Execute").click()
    form = screens.dialog()
    form.get_by_label("rows").fill("3")
    form.get_by_text("Labels and date").click()
    form.get_by_label("Labels", exact=True).fill("team:data")
    form.get_by_text("The same as a command").click()
    python = form.locator("pre", has_text="lab.kestra.execute")
    expect(python).to_have_text(
        f'lab.kestra.execute("{NAMESPACE}/labelled", {{"rows": "3"}}, labels={json.dumps({"team": "data"})})'
    )
    form.get_by_role("button", name="Copy the curl line").click()
    copied = eventually(lambda: screens.page.evaluate("navigator.clipboard.readText()"), what="the text to be copied")
    line = shlex.split(copied)
    assert line[-1] == "rows=3"
    assert line[5] == f"{kestra.http.url}/api/v1/main/executions/{NAMESPACE}/labelled?labels=team:data"
    form.get_by_role("button", name="Execute").click()
    assert finished(kestra, screens.execution_id()).labels == {"team": "data"}
