"""Checks of lesson 14: a learner's tests are run on the flow as it is, and on one with a mistake in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import yaml

from workbook.exercises.learner_flow import text
from workbook.exercises.registry import Blank, Hint, exercise

if TYPE_CHECKING:
    from workbook.lab import Lab

NAMESPACE, FLOW, BROKEN = "zoomcamp", "14_order_approval", "14_order_approval_broken"
SHIPPING = "shipping_cost"
GOOD, BAD = "good.yaml", "bad.yaml"
KILOGRAMS = {1: 5, 10: 5, 11: 6, 25: 20}
"""What parcels cost in exercise 14.4, in EUR."""
COMMAND = (sys.executable, "-m", "flowtests")
QUIET = ("-p", "no:cacheprovider", "-o", "junit_family=xunit1")  # the family that names the file


@dataclass(frozen=True)
class Result:
    """What came of one item of a test run; an empty message means that it passed."""

    file: str
    name: str
    message: str


@exercise("14.1")
def at_the_limit(lab: Lab, answer: Any) -> str:
    """A test case that tells `>` from `>=`."""
    _catches(lab, answer, ("amount > vars.limit", "amount >= vars.limit"), _about_the_limit(lab, answer))
    return "Most mistakes in a condition are off by one, and one test exactly on the border catches them."


def _about_the_limit(lab: Lab, answer: Any) -> str:
    limit = _flow(lab)["variables"]["limit"]
    amounts = [((case.get("fixtures") or {}).get("inputs") or {}).get("amount") for case in _cases(answer)]
    if limit not in amounts:
        return (
            f"Your test also passes when the flow asks a manager at exactly {limit} EUR, since it tries "
            f"{', '.join(str(amount) for amount in amounts)}. Which amount tells `>` from `>=`?"
        )
    return "The amount is right, but your test passes whichever branch ran. Look at an output of the task `approve`."


@exercise("14.2")
def declined(lab: Lab, answer: Any) -> str:
    """A test case that has the manager decline."""
    mistake = ("{{ outputs.ask_manager.body | jq('.decision') | first }}", "approved")
    hint = (
        "Your test also passes for a flow that calls every large order approved. "
        "Let the fixture's body say declined, and assert the value of `decision`."
    )
    _catches(lab, answer, mistake, hint)
    return "No manager was asked, and yet you know what happens on the day that one says no."


@exercise("14.3")
def nobody_there(lab: Lab, answer: Any) -> str:
    """A test case that has the approval service fail, and sees that somebody is told."""
    mistake = ("- id: tell_sales\n", "- id: tell_sales\n    disabled: true\n")
    hint = (
        "Your test also passes for a flow whose errors branch is switched off. "
        "Expect that tell_sales ran: under expect, tasks, or by a line of the log."
    )
    _catches(lab, answer, mistake, hint)
    return "The branch for bad days is the one that nobody sees in daily use. Now it is run with every change."


@exercise("14.4")
def tests_first(lab: Lab, answer: Any) -> str:
    """The tasks of a flow that tests describe."""
    tasks = _yaml(answer)
    if not isinstance(tasks, list):
        raise Hint("The answer is no list of tasks: begin with `- id: cost`.")
    inputs = [{"id": "kilograms", "type": "INT"}]
    flow = {"id": SHIPPING, "namespace": NAMESPACE, "inputs": inputs, "tasks": tasks}
    cases = [_shipping_case(kilograms, euros) for kilograms, euros in KILOGRAMS.items()]
    for result in _run({"flow.yaml": flow, GOOD: _suite(GOOD, SHIPPING, cases)}):
        if result.message:
            message = result.message.splitlines()[0] if result.file == GOOD else _first_problem(result)
            raise Hint(f"{result.name}: {message.rpartition('.yaml:')[2]}")
    return "You knew when you were done before you began, and a colleague who changes this flow will know it too."


def _shipping_case(kilograms: int, euros: int) -> dict[str, Any]:
    value = {"value": "{{ outputs.cost.value }}", "greaterThanOrEqualTo": euros, "lessThanOrEqualTo": euros}
    return {"id": f"{kilograms}_kg", "fixtures": {"inputs": {"kilograms": kilograms}}, "assertions": [value]}


def _catches(lab: Lab, answer: Any, mistake: tuple[str, str], hint: str) -> None:
    """See that a learner's cases pass on the flow, and that one fails on the flow with a mistake.

    Parameters:
        mistake: what is replaced in the flow, and by what.
        hint: what to say to those that pass on both.

    Raises:
        Hint: they do not.
    """
    cases = _cases(answer)
    source = lab.kestra.flow(f"{NAMESPACE}/{FLOW}").source
    broken = source.replace(*mistake).replace(f"id: {FLOW}", f"id: {BROKEN}")
    suites = {GOOD: _suite(GOOD, FLOW, cases), BAD: _suite(BAD, BROKEN, cases)}
    results = _run({"flow.yaml": source, "broken.yaml": broken, **suites})
    for result in results:
        if result.file == GOOD and result.message:
            message = result.message.splitlines()[0].rpartition(f"{GOOD}:")[2].partition(": ")[2]
            raise Hint(f"On the flow as it is, your test fails: {message}")
    if not any(result.file == BAD and result.message for result in results):
        raise Hint(hint)


def _cases(answer: Any) -> list[dict[str, Any]]:
    """The learner's test cases.

    Raises:
        Blank, Hint: there are none.
    """
    cases = _yaml(answer)
    if not cases:
        raise Blank
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise Hint("The answer is no list of test cases: begin with `- id: ...`, as under testCases.")
    return cases


def _yaml(answer: Any) -> Any:
    """What a learner's YAML means.

    Raises:
        Hint: it is none.
    """
    try:
        return yaml.safe_load(text(answer))
    except yaml.YAMLError as error:
        raise Hint(f"This is no valid YAML: {' '.join(str(error).split())}") from error


def _flow(lab: Lab) -> dict[str, Any]:
    flow: dict[str, Any] = yaml.safe_load(lab.kestra.flow(f"{NAMESPACE}/{FLOW}").source)
    return flow


def _suite(name: str, flow: str, cases: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": Path(name).stem, "namespace": NAMESPACE, "flowId": flow, "testCases": cases}


def _run(files: dict[str, Any]) -> list[Result]:
    """What comes of a folder of flows and tests, given as texts or as dictionaries."""
    with TemporaryDirectory() as scratch:
        folder, junit = Path(scratch, "flows"), Path(scratch, "junit.xml")
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
        command = [*COMMAND, str(folder), f"--junitxml={junit}", *QUIET]
        done = subprocess.run(
            command, env={**os.environ, "PY_COLORS": "0"}, capture_output=True, text=True, check=False
        )
        if not junit.exists():
            raise Hint(f"The tests could not be run: {done.stdout[-500:]}{done.stderr[-500:]}")
        items = list(ElementTree.parse(junit).iter("testcase"))
    return [Result(Path(item.get("file", "")).name, item.get("name", ""), _message(item)) for item in items]


def _message(item: ElementTree.Element) -> str:
    faults = [fault for fault in item if fault.tag in ("failure", "error")]
    return (faults[0].text or "it failed").strip() if faults else ""


def _first_problem(result: Result) -> str:
    """What the engine has against a flow: the line after the heading."""
    return (result.message.splitlines()[1:] or [result.message])[0]
