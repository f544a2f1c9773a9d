"""Checks of lesson 16: pieces of flows are run on the engine of Kestra 2.0 that the lesson has started."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING, Any

import yaml

from workbook.exercises import second_engine
from workbook.exercises.learner_tests import NAMESPACE, read_yaml
from workbook.exercises.registry import Hint, exercise
from workbook.kestra import KestraClient
from workbook.kestra.errors import FlowInvalid, InputInvalid
from workbook.kestra.logs import reasons
from workbook.kestra.models import Execution

if TYPE_CHECKING:
    from workbook.lab import Lab

FLOW = "16_exercise"
RETURN = "io.kestra.plugin.core.debug.Return"
REGIONS = ["north", "south", "west"]
WEEK = (date(2026, 6, 1), date(2026, 6, 7))
"""A Monday and the Sunday after it."""
DAYS = 5
ROW_SECONDS, POLL_SECONDS = 15.0, 0.25


@exercise("16.1")
def switch(lab: Lab, answer: Any) -> str:
    """An input that is true or false."""
    inputs = _list(answer, "- id: strict")
    shown = {
        "id": "shown",
        "type": "io.kestra.plugin.core.debug.Return",
        "format": "{{ inputs.strict ? 'on' : 'off' }}",
    }
    flow = {"inputs": inputs, "tasks": [shown]}
    seen = [_run(flow, {"strict": strict}).output("shown").get("value") for strict in (True, False)]
    if seen != ["on", "off"]:
        raise Hint(
            f"2.0 takes this input, but true and false both count as {seen[0]}: it is of a type whose values are not "
            "true and false. The change list of section 3 names the new word for BOOLEAN."
        )
    return "One word, and without it no flow with such an input can even be stored."


@exercise("16.2")
def value_of_a_round(lab: Lab, answer: Any) -> str:
    """A loop that hands on each of its values in capitals."""
    run = _run({"tasks": _list(answer, "- id: each_region")})
    seen = [task_run.outputs.get("value") for task_run in run.task_runs_of("name")]
    if not seen:
        raise Hint("No task `name` ran inside a loop. Keep the two ids of the exercise, each_region and name.")
    if any("INDEX" in str(value) for value in seen):
        raise Hint(f"A round hands on {seen[0]}: item is the whole round, with its index. Its value has a name too.")
    if seen != [region.upper() for region in REGIONS]:
        raise Hint(f"The rounds hand on {seen}. Each should hand on its own value, in capitals.")
    return "item is the round's own; taskrun is the run of a task, and in 2.0 no longer knows of loops."


@exercise("16.3")
def outputs_after_the_loop(lab: Lab, answer: Any) -> str:
    """Tasks that join what the rounds of a loop have made."""
    run = _run({"tasks": _list(answer, "- id: each_region")})
    if not run.task_runs_of("joined"):
        raise Hint("No task `joined` ran. It stands after the loop, on the same level as each_region.")
    joined = str(run.output("joined").get("value"))
    missing = [region.upper() for region in REGIONS if region.upper() not in joined]
    if missing:
        raise Hint(f"`joined` is {joined!r}, without {missing[0]}. It should have what each round has made.")
    return "What leaves a loop is declared now, so a thousand rounds no longer travel with each message."


@exercise("16.4")
def working_days(lab: Lab, answer: Any) -> str:
    """A condition by which a daily schedule rests at the weekend."""
    trigger = {"id": "daily", "type": "io.kestra.plugin.core.trigger.Schedule", "cron": "0 9 * * *", "when": answer}
    if not isinstance(answer, str) or "{{" not in answer:
        raise Hint('The answer is one expression in a text: "{{ ... }}", as it would stand behind `when:`.')
    kestra = _kestra()
    _store({"tasks": [{"id": "day", "type": RETURN, "format": "{{ trigger.date }}"}], "triggers": [trigger]})
    _await_trigger(kestra)
    runs = kestra.backfill(f"{NAMESPACE}/{FLOW}", "daily", start=WEEK[0], end=WEEK[1], check=False)
    days = sorted({f"{run.trigger_date:%A}" for run in runs if run.trigger_date})
    wrong = [day for day in days if day in ("Saturday", "Sunday")]
    if wrong:
        raise Hint(f"In the week of 1 June 2026 it fires on {wrong[0]} too. Section 3 shows a function about days.")
    if len(days) != DAYS:
        raise Hint(f"In the week of 1 June 2026 it fires on {', '.join(days) or 'no day'}; five working days are due.")
    return "One expression in place of a list of conditions: it can be read aloud, and tried with a backfill."


def _kestra() -> KestraClient:
    """The engine of 2.0.

    Raises:
        Hint: none runs.
    """
    if (kestra := second_engine.client()) is None:
        raise Hint("No engine of Kestra 2.0 runs in this notebook. Run the cell of section 1 that starts one.")
    return kestra


def _list(answer: Any, beginning: str) -> list[Any]:
    value = read_yaml(answer)
    if not isinstance(value, list):
        raise Hint(f"The answer is no list: begin with `{beginning}`.")
    return value


def _store(parts: dict[str, Any]) -> None:
    """Store a flow of these parts as it is.

    Raises:
        Hint: the engine does not take it.
    """
    source = yaml.safe_dump({"id": FLOW, "namespace": NAMESPACE, **parts}, sort_keys=False)
    try:
        _kestra().import_flow(source, upgrade=False)
    except FlowInvalid as refused:
        raise Hint(f"Kestra 2.0 does not take it: {refused.problems[0]}") from refused


def _run(parts: dict[str, Any], inputs: dict[str, Any] | None = None) -> Execution:
    """Run a flow of these parts on 2.0.

    Raises:
        Hint: the engine does not take it, or it fails.
    """
    _store(parts)
    kestra = _kestra()
    try:
        run = kestra.execute(f"{NAMESPACE}/{FLOW}", inputs=inputs, check=False)
    except InputInvalid as refused:
        raise Hint(f"Kestra 2.0 does not take the value: {refused}") from refused
    if not run.succeeded:
        said = reasons(kestra.logs(run, level="ERROR"))
        raise Hint(f"Kestra 2.0 takes it, and the run ends {run.state}: {said[0] if said else 'see its log'}")
    return run


def _await_trigger(kestra: KestraClient) -> None:
    give_up = time.monotonic() + ROW_SECONDS
    while not kestra.triggers(f"{NAMESPACE}/{FLOW}") and time.monotonic() < give_up:
        time.sleep(POLL_SECONDS)
