"""Whole test runs, as the command makes them: what is told, exit codes, the JUnit file."""

import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from flowtests import FlowTestStack, Report
from flowtests.documents import display_path
from flowtests.stack import VARIABLE
from tests.support.flow_tests import FLOW
from tests.support.stack import ROOT
from tests.wire.flowtests.conftest import FlowFolder

CASES = """
  - id: adds_up
    fixtures:
      tasks: [{id: ask, outputs: {body: "2"}}]
    assertions:
      - value: "{{ outputs.total.value }}"
        equalTo: 6
  - id: is_wrong
    fixtures:
      tasks: [{id: ask, outputs: {body: "2"}}]
    assertions:
      - value: "{{ outputs.total.value }}"
        equalTo: 7
        description: price
  - id: is_off
    disabled: true
    expect: {state: FAILED}
"""


@pytest.fixture(scope="module")
def run(stack: FlowTestStack, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A run of one test that passes, one that fails, one that is disabled."""
    flow_folder = FlowFolder(tmp_path_factory.mktemp("flows"), stack)
    flow_folder.cases(CASES)
    return flow_folder.run()


def test_what_passes_and_what_fails(run: Report) -> None:
    assert [(result.name, result.outcome) for result in run.results] == [
        ("price.yaml::price", "passed"),
        ("price_tests.yaml::adds_up", "passed"),
        ("price_tests.yaml::is_wrong", "failed"),
        ("price_tests.yaml::is_off", "skipped"),
    ]
    assert run.exit_code == 1
    assert not run.passed


def test_a_failure_says_why(run: Report) -> None:
    [failed] = run.failures
    file = display_path(run.folder / "price_tests.yaml")
    assert failed.message.splitlines() == [
        f"{file}:16: price: expected '{{{{ outputs.total.value }}}}' to equal '7' but was '6'",
        "",
        "tests.shop.price ended SUCCESS:",
        "  SUCCESS   ask (fixture)",
        "  SUCCESS   total",
    ]
    assert failed.message.splitlines()[0] in run.output
    assert "Traceback" not in run.output
    assert repr(run).endswith("2 passed, 1 failed, 1 skipped")


def test_junit_tells_the_same(flow_folder: FlowFolder) -> None:
    flow_folder.cases(CASES)
    file = flow_folder.folder / "results.xml"
    command = [sys.executable, "-m", "flowtests", str(flow_folder.folder), f"--junitxml={file}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    suite = ElementTree.parse(file).getroot().find("testsuite")
    assert suite is not None
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["4", "1", "0", "1"]
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    failure = cases["is_wrong"].find("failure")
    assert failure is not None
    assert "to equal '7' but was '6'" in (failure.text or "")
    properties = {entry.get("name"): entry.get("value") for entry in cases["adds_up"].iter("property")}
    assert properties["state"] == "SUCCESS"
    assert re.fullmatch(r"\w{15,}", properties["execution"] or "")


def test_nothing_to_test(flow_folder: FlowFolder) -> None:
    missing = flow_folder.stack.run(flow_folder.folder / "nowhere")
    assert missing.exit_code == 4
    assert "nowhere. Name the folder of your flows" in missing.output
    assert flow_folder.run().exit_code == 5


def test_all_problems_of_all_files_are_told(flow_folder: FlowFolder) -> None:
    flow_folder.cases(CASES)
    flow_folder.write("price.yaml", FLOW.replace("format:", "fromat:"))
    flow_folder.write(
        "type.yaml", FLOW.replace("id: price", "id: type").replace("core.http.Request", "core.http.Requst")
    )
    loop = "  - id: loop\n    type: io.kestra.plugin.core.flow.ForEach\n    values: [1]\n"
    flow_folder.write("loop.yaml", FLOW.replace("id: price", "id: loop") + loop)
    flow_folder.write("broken.yaml", "id: c\nnamespace: [\n")
    flow_folder.write("one.yaml", FLOW.replace("id: price", "id: twin"))
    flow_folder.write("two.yaml", FLOW.replace("id: price", "id: twin"))
    flow_folder.write("docker-compose.yml", "services: {}\n")
    report = flow_folder.run()
    messages = {result.name: result.message.replace(f"{flow_folder.shown_as}/", "") for result in report.results}
    assert "fromat" in messages["price.yaml::price"]
    assert "does not accept the flow tests.shop.price" in messages["price_tests.yaml::adds_up"]
    assert re.search(r"type.yaml:9: .*io.kestra.plugin.core.http.Requst", messages["type.yaml::type"])
    assert "absentTypes" in messages["type.yaml::type"]
    assert "loop.yaml:14: " in messages["loop.yaml::loop"]
    assert "broken.yaml:3: this is no valid YAML" in messages["broken.yaml::yaml"]
    assert "the flow tests.shop.twin stands in" in messages["one.yaml::twin"]
    assert "the flow tests.shop.twin stands in" in messages["two.yaml::twin"]
    assert re.search(r"neither flow nor test: .*docker-compose.yml", report.output)
    assert report.exit_code == 1


def test_one_file_alone(flow_folder: FlowFolder) -> None:
    flow_folder.cases(CASES)
    flow_folder.write("flowtests.yaml", "seconds: 20\n")
    report = flow_folder.stack.run(flow_folder.folder / "price_tests.yaml", "-k", "adds_up")
    assert [result.name for result in report.results] == ["price_tests.yaml::adds_up"]
    assert report.passed


def test_the_rules_of_a_folder_are_its_own(flow_folder: FlowFolder) -> None:
    """Those of this project's tests, beside which the command runs, call a warning an error."""
    flow_folder.write("price.yaml", FLOW)
    flow_folder.write("conftest.py", "import pytest\n@pytest.fixture\ndef own():\n    return 42\n")
    flow_folder.write(
        "test_price.py", "import warnings\n\ndef test_own(own):\n    warnings.warn('late')\n    assert own == 42\n"
    )
    report = flow_folder.run("-k", "test_own")
    assert [(result.name, result.outcome) for result in report.results] == [("test_price.py::test_own", "passed")]


def test_the_examples_on_a_stack_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    file = tmp_path / "results.xml"
    begun = time.monotonic()
    command = [sys.executable, "-m", "flowtests", str(ROOT / "examples"), f"--junitxml={file}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert time.monotonic() - begun < 120
    names = [case.get("name", "") for case in ElementTree.parse(file).getroot().iter("testcase")]
    flows = list((ROOT / "examples" / "flows").glob("*.yaml"))
    assert len(flows) >= 10
    assert len(names) >= len(flows) + 25
    assert list(tmp_path.glob("flowtests-*")) == []  # it took its folders with it
