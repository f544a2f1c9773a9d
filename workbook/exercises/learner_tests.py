"""Checks of flow tests: a learner's cases run on the flow as it is, and on one with a mistake in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import yaml

from workbook.exercises.learner_flow import text
from workbook.exercises.registry import Blank, Hint

if TYPE_CHECKING:
    from workbook.lab import Lab

NAMESPACE = "zoomcamp"
GOOD, BAD = "good.yaml", "bad.yaml"
COMMAND = (sys.executable, "-m", "flowtests")
PLAIN = {"PY_COLORS": "0", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""No colours, and no plug-ins but the flows' own: they take a third of the time."""
QUIET = ("-p", "no:cacheprovider", "-o", "junit_family=xunit1")  # the family that names the file


@dataclass(frozen=True)
class Result:
    """What came of one item of a test run; an empty message means that it passed."""

    file: str
    name: str
    message: str


def catches(lab: Lab, answer: Any, flow_id: str, spoil: Callable[[str], str], hint: str) -> None:
    """See that a learner's cases pass on a flow, and that one fails on the flow with a mistake.

    Parameters:
        lab: the lab.
        answer: the cases, as YAML.
        flow_id: the flow, in the namespace of the lessons.
        spoil: makes the mistake in the flow's source.
        hint: what to say to those that pass on both.

    Raises:
        Hint: they do not.
    """
    cases = test_cases(answer)
    source = lab.kestra.flow(f"{NAMESPACE}/{flow_id}").source
    broken_id = f"{flow_id}_broken"
    broken = {**yaml.safe_load(spoil(source)), "id": broken_id}
    suites = {GOOD: suite(GOOD, flow_id, cases), BAD: suite(BAD, broken_id, cases)}
    results = run_tests({"flow.yaml": source, "broken.yaml": broken, **suites})
    for result in results:
        if result.file == GOOD and result.message:
            message = result.message.splitlines()[0].rpartition(f"{GOOD}:")[2].partition(": ")[2]
            raise Hint(f"On the flow as it is, your test fails: {message}")
    if not any(result.file == BAD and result.message for result in results):
        raise Hint(hint)


def test_cases(answer: Any) -> list[dict[str, Any]]:
    """The learner's test cases.

    Raises:
        Blank, Hint: there are none.
    """
    cases = read_yaml(answer)
    if not cases:
        raise Blank
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise Hint("The answer is no list of test cases: begin with `- id: ...`, as under testCases.")
    return cases


def read_yaml(answer: Any) -> Any:
    """What a learner's YAML means.

    Raises:
        Hint: it is none.
    """
    try:
        return yaml.safe_load(text(answer))
    except yaml.YAMLError as error:
        raise Hint(f"This is no valid YAML: {' '.join(str(error).split())}") from error


def suite(name: str, flow_id: str, cases: list[dict[str, Any]]) -> dict[str, Any]:
    """A file of tests of one flow."""
    return {"id": Path(name).stem, "namespace": NAMESPACE, "flowId": flow_id, "testCases": cases}


def run_tests(files: dict[str, Any]) -> list[Result]:
    """What comes of a folder of flows and tests, given as texts or as dictionaries."""
    with TemporaryDirectory() as scratch:
        folder, junit = Path(scratch, "flows"), Path(scratch, "junit.xml")
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
        command = [*COMMAND, str(folder), f"--junitxml={junit}", *QUIET]
        done = subprocess.run(command, env={**os.environ, **PLAIN}, capture_output=True, text=True, check=False)
        if not junit.exists():
            raise Hint(f"The tests could not be run: {done.stdout[-500:]}{done.stderr[-500:]}")
        items = list(ElementTree.parse(junit).iter("testcase"))
    return [Result(Path(item.get("file", "")).name, item.get("name", ""), _message(item)) for item in items]


def _message(item: ElementTree.Element) -> str:
    faults = [fault for fault in item if fault.tag in ("failure", "error")]
    return (faults[0].text or "it failed").strip() if faults else ""
