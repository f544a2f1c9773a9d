"""Checks of lesson 14: a learner's tests are run on the flow as it is, and on one with a mistake in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from workbook.exercises.learner_tests import GOOD, NAMESPACE, Result, catches, read_yaml, run_tests, suite, test_cases
from workbook.exercises.registry import Hint, exercise

if TYPE_CHECKING:
    from workbook.lab import Lab

FLOW = "14_order_approval"
SHIPPING = "shipping_cost"
KILOGRAMS = {1: 5, 10: 5, 11: 6, 25: 20}
"""What parcels cost in exercise 14.4, in EUR."""


@exercise("14.1")
def at_the_limit(lab: Lab, answer: Any) -> str:
    """A test case that tells `>` from `>=`."""
    mistake = ("amount > vars.limit", "amount >= vars.limit")
    catches(lab, answer, FLOW, lambda source: source.replace(*mistake), _about_the_limit(lab, answer))
    return "Most mistakes in a condition are off by one, and one test exactly on the border catches them."


def _about_the_limit(lab: Lab, answer: Any) -> str:
    limit = _flow(lab)["variables"]["limit"]
    amounts = [((case.get("fixtures") or {}).get("inputs") or {}).get("amount") for case in test_cases(answer)]
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
    catches(lab, answer, FLOW, lambda source: source.replace(*mistake), hint)
    return "No manager was asked, and yet you know what happens on the day that one says no."


@exercise("14.3")
def nobody_there(lab: Lab, answer: Any) -> str:
    """A test case that has the approval service fail, and sees that somebody is told."""
    mistake = ("- id: tell_sales\n", "- id: tell_sales\n    disabled: true\n")
    hint = (
        "Your test also passes for a flow whose errors branch is switched off. "
        "Expect that tell_sales ran: under expect, tasks, or by a line of the log."
    )
    catches(lab, answer, FLOW, lambda source: source.replace(*mistake), hint)
    return "The branch for bad days is the one that nobody sees in daily use. Now it is run with every change."


@exercise("14.4")
def tests_first(lab: Lab, answer: Any) -> str:
    """The tasks of a flow that tests describe."""
    tasks = read_yaml(answer)
    if not isinstance(tasks, list):
        raise Hint("The answer is no list of tasks: begin with `- id: cost`.")
    inputs = [{"id": "kilograms", "type": "INT"}]
    flow = {"id": SHIPPING, "namespace": NAMESPACE, "inputs": inputs, "tasks": tasks}
    cases = [_shipping_case(kilograms, euros) for kilograms, euros in KILOGRAMS.items()]
    for result in run_tests({"flow.yaml": flow, GOOD: suite(GOOD, SHIPPING, cases)}):
        if result.message:
            message = result.message.splitlines()[0] if result.file == GOOD else _first_problem(result)
            raise Hint(f"{result.name}: {message.rpartition('.yaml:')[2]}")
    return "You knew when you were done before you began, and a colleague who changes this flow will know it too."


def _shipping_case(kilograms: int, euros: int) -> dict[str, Any]:
    value = {"value": "{{ outputs.cost.value }}", "greaterThanOrEqualTo": euros, "lessThanOrEqualTo": euros}
    return {"id": f"{kilograms}_kg", "fixtures": {"inputs": {"kilograms": kilograms}}, "assertions": [value]}


def _flow(lab: Lab) -> dict[str, Any]:
    flow: dict[str, Any] = yaml.safe_load(lab.kestra.flow(f"{NAMESPACE}/{FLOW}").source)
    return flow


def _first_problem(result: Result) -> str:
    """What the engine has against a flow: the line after the heading."""
    return (result.message.splitlines()[1:] or [result.message])[0]
