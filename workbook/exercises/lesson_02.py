"""Checks of lesson 02."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbook.exercises.learner_flow import block, current_execution, last_error, learner_flow, run, text
from workbook.exercises.registry import Hint, exercise
from workbook.kestra.models import Execution, Metric

if TYPE_CHECKING:
    from workbook.lab import Lab

DROPPED = 4
LONG_RIDE = 50

SCRIPT_FLOW = """id: {id}
namespace: zoomcamp
inputs:
  - id: fares
    type: ARRAY
    itemType: FLOAT
tasks:
  - id: clean
    type: io.kestra.plugin.scripts.python.Script
    taskRunner:
      type: io.kestra.plugin.scripts.runner.docker.Docker
    containerImage: python:3.13.7-slim
    dependencies:
      - kestra==2.0.0
    env:
      FARES: "{{{{ inputs.fares }}}}"
    script: |
{script}
"""

READING_TASK = """  - id: say
    type: io.kestra.plugin.core.log.Log
    message: "{{ outputs.clean.vars.average }}"
"""


def _flow(number: str, written: str) -> str:
    return SCRIPT_FLOW.format(id=f"exercise_{number}", script=block(written, 6))


@exercise("02.1")
def four_dropped(lab: Lab, answer: Any) -> str:
    """An execution whose counter says that four fares were dropped."""
    execution = current_execution(lab, answer, "02_python")
    if not execution.succeeded:
        raise Hint(f"This execution ended {execution.state}. {last_error(lab, execution)}")
    [counter] = [metric for metric in lab.kestra.metrics(execution) if metric.name == "fares_dropped"]
    if counter.value != DROPPED:
        raise Hint(f"Its counter says {counter.value:g}. Fares of zero or less are dropped; pass {DROPPED} of them.")
    return "You steered a script without opening it, and read its own count of what it threw away."


@exercise("02.2")
def average_as_output(lab: Lab, answer: Any) -> str:
    """A script that hands on the average of the fares."""
    with learner_flow(lab, _flow("02_2", text(answer)) + READING_TASK) as flow:
        for fares in ([10.0, 20.0], [1.0, 2.0, 6.0]):
            execution = lab.kestra.execute(flow, inputs={"fares": fares}, check=False)
            _compare_average(lab, execution, sum(fares) / len(fares))
    return "The next task could read it by name: that is what turns a script into a step of a pipeline."


def _compare_average(lab: Lab, execution: Execution, wanted: float) -> None:
    failed = execution.failed_task
    if failed and failed.task_id == "clean":
        raise Hint(f"The script itself failed. {last_error(lab, execution)}")
    handed_on = execution.output("clean").get("vars") or {}
    if not handed_on:
        raise Hint("The script ran and handed nothing on: printing is not an output. Pass a dict to Kestra.outputs.")
    if "average" not in handed_on:
        raise Hint(f"It handed on {sorted(handed_on)}; the next task asks for `average`.")
    if abs(float(handed_on["average"]) - wanted) > 0.01:
        raise Hint(f"It handed on {handed_on['average']} where the average is {wanted:g}. Is it computed from FARES?")


@exercise("02.3")
def count_long_rides(lab: Lab, answer: Any) -> str:
    """A script that counts fares above 50 dollars as a metric."""
    with learner_flow(lab, _flow("02_3", text(answer))) as flow:
        for fares in ([60.0, 10.0, 50.0, 70.5], [1.0, 99.0]):
            execution = run(lab, flow, {"fares": fares})
            metrics = [metric for metric in lab.kestra.metrics(execution) if metric.name == "long_rides"]
            _compare_count(execution, metrics, fares)
    return "Counted in one run it is a number; counted in every run it is the line on a dashboard that shows the drift."


def _compare_count(execution: Execution, metrics: Sequence[Metric], fares: list[float]) -> None:
    wanted = sum(fare > LONG_RIDE for fare in fares)
    if not metrics:
        if "long_rides" in (execution.output("clean").get("vars") or {}):
            raise Hint("That is an output: the next task can read it, but no dashboard counts it. Use Kestra.counter.")
        raise Hint("No metric called long_rides has arrived. Kestra.counter(name, value) sends one.")
    got = metrics[0].value
    if got == sum(fare >= LONG_RIDE for fare in fares) != wanted:
        raise Hint(f"For {fares} it says {got:g}: a fare of exactly {LONG_RIDE} is not above {LONG_RIDE}.")
    if got != wanted:
        raise Hint(f"For {fares} it says {got:g}; {wanted} of them are above {LONG_RIDE}.")
