"""Flows in files: how they are read, and what is posted in their place."""

from pathlib import Path

import pytest
import yaml

from flowtests.__main__ import PLUGINS, arguments
from flowtests.documents import read
from flowtests.flows import FlowFile, native

TEXT = """
id: f
namespace: a.b
inputs: [{id: n, type: INT}]
tasks:
  - id: one
    type: t.One
    runIf: "{{ true }}"
    description: kept
    script: |
      lost
  - id: two
    type: io.kestra.plugin.core.flow.Switch
    cases:
      yes: [{id: three, type: x.Absent, on: 10:30}]
    defaults: [{id: four, type: t.Four, retry: {maxAttempts: 2}}]
  - id: five
    type: io.kestra.plugin.core.flow.Dag
    tasks:
      - task: {id: six, type: t.Six, allowFailure: true}
triggers:
  - {id: nightly, type: t.Trigger, disabled: false}
afterExecution:
  - {id: seven, type: t.Seven, allowWarning: true}
"""


def flow(folder: Path, text: str = TEXT) -> FlowFile:
    file = folder / "f.yaml"
    file.write_text(text)
    return FlowFile(read(file)[0], ["x.*"])


def test_tasks_are_found_wherever_they_stand(tmp_path: Path) -> None:
    parsed = flow(tmp_path)
    assert list(parsed.tasks) == ["one", "two", "four", "three", "five", "six", "seven"]
    assert parsed.tasks["six"].around == ("five",)
    assert parsed.inputs == ["n"]
    assert parsed.triggers == ["nightly"]


def test_scalars_are_kestras(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_text("a: yes\nb: 10:30\nc: 2026-01-31\nd: 007\ne: 1.5\nf: true\ng: ~\nh: 12\ni: off\n")
    wanted = {
        "a": "yes",
        "b": "10:30",
        "c": "2026-01-31",
        "d": "007",
        "e": 1.5,
        "f": True,
        "g": None,
        "h": 12,
        "i": "off",
    }
    assert read(file)[0].value == wanted


def test_what_is_posted(tmp_path: Path) -> None:
    posted = yaml.load(flow(tmp_path).source([{"id": "one", "outputs": {"x": 1}}]), yaml.BaseLoader)
    first, second, _ = posted["tasks"]
    assert first == {
        "id": "one",
        "runIf": "{{ true }}",
        "description": "kept",
        "type": "io.kestra.workbook.Stub",
        "fixtures": [{"outputs": {"x": "1"}}],
    }
    assert second["cases"]["yes"][0]["type"] == "io.kestra.plugin.core.execution.Fail"
    assert second["defaults"][0] == {"id": "four", "type": "t.Four", "retry": {"maxAttempts": "2"}}
    assert posted["triggers"] == [{"id": "nightly", "type": "t.Trigger", "disabled": "true"}]


def test_what_is_posted_reads_as_it_did(tmp_path: Path) -> None:
    plain = flow(tmp_path, TEXT.replace("x.Absent", "t.Three"))
    before = yaml.load(plain.document.text, yaml.BaseLoader)
    after = yaml.load(plain.source(), yaml.BaseLoader)
    before["triggers"][0]["disabled"] = "true"
    assert after == before


def test_a_flow_that_needs_no_change_is_posted_as_it_is(tmp_path: Path) -> None:
    text = "id: f\nnamespace: a\n# a comment\ntasks: [{id: a, type: t.A}]\n"
    assert flow(tmp_path, text).source([{"id": "a"}]) == text


@pytest.mark.parametrize(
    ("fixture", "wanted"),
    [
        ({"id": "six", "state": "FAILED"}, ["WARNING"]),
        ({"id": "seven", "state": "WARNING"}, ["SUCCESS"]),
        ({"id": "two", "state": "FAILED"}, ["FAILED"]),
        ({"id": "two"}, ["SUCCESS"]),
        ({"id": "one"}, []),
        ({"id": "four", "state": "FAILED"}, []),
        ({"id": "four"}, ["SUCCESS"]),
    ],
)
def test_what_is_left_to_the_engine(tmp_path: Path, fixture: dict[str, str], wanted: list[str]) -> None:
    assert [kept["state"] for kept in native(flow(tmp_path), [fixture])] == wanted


@pytest.mark.parametrize(
    ("path", "message", "line"),
    [
        ("tasks[1].cases", "", 14),
        ("tasks[0].script", "", 10),
        ("tasks[9].x", "", 5),
        ("", "Illegal flow source at line: 7", 7),
        ("", "no idea", 2),
        ("two.cases", "", 12),
        ("", 'Unrecognized field "script" (class x), not marked', 10),
        ("", "Invalid type: t.Six", 20),
        ("", "Invalid Flow: Duplicate task id with name [f]", 2),
    ],
)
def test_lines(tmp_path: Path, path: str, message: str, line: int) -> None:
    assert flow(tmp_path).line_of(path, message) == line


def test_the_command_line() -> None:
    rest = [*PLUGINS, "--verbosity=1"]
    assert arguments(["a", "b", "-k", "x"]) == [*rest, "--flows", "a", "--flows", "b", "a", "b", "-k", "x"]
    assert arguments(["--junitxml=x"]) == [*rest, "--flows", ".", ".", "--junitxml=x"]
