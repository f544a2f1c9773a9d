"""Checks of lesson 02."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workbook.exercises.learner_flow import block, current_execution, last_error, learner_flow, text
from workbook.exercises.registry import Hint, exercise
from workbook.kestra.models import Execution

if TYPE_CHECKING:
    from workbook.lab import Lab

DROPPED = 4
LONG_RIDE = 50
CENT = 0.01
ENGINES_OWN = "deps."
"""How the names of metrics begin that the script task sends by itself."""
RENDERED_FIRST = "Mind that Kestra renders what stands in double braces in a script, before Python sees it."

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
        passed = len(execution.inputs["fares"])
        fares = "1 fare" if passed == 1 else f"{passed} fares"
        raise Hint(
            f"Its counter says {counter.value:g}, and you passed {fares}. Fares of zero or less are dropped; "
            f"pass {DROPPED} of them."
        )
    return "You steered a script without opening it, and read its own count of what it threw away."


@exercise("02.2")
def average_as_output(lab: Lab, answer: Any) -> str:
    """A script that hands on the average of the fares."""
    written = text(answer)
    with learner_flow(lab, _flow("02_2", written) + READING_TASK) as flow:
        for fares in ([10.0, 20.5], [1.0, 2.5, 6.0]):
            execution = lab.kestra.execute(flow, inputs={"fares": fares}, check=False)
            _script_ran(lab, execution, written)
            _compare_average(_handed_on(lab, execution, written), sum(fares) / len(fares))
    return "The next task could read it by name: that is what turns a script into a step of a pipeline."


def _script_ran(lab: Lab, execution: Execution, written: str) -> None:
    failed = execution.failed_task
    if failed and failed.task_id == "clean":
        braces = f" {RENDERED_FIRST}" if "{{" in written else ""
        raise Hint(f"The script itself failed. {last_error(lab, execution)}{braces}")


def _handed_on(lab: Lab, execution: Execution, written: str) -> Any:
    """The output called `average`.

    Raises:
        Hint: there is none.
    """
    handed_on = execution.output("clean").get("vars") or {}
    if "average" in handed_on:
        return handed_on["average"]
    if handed_on:
        raise Hint(f"It handed on {sorted(handed_on)}; the next task asks for `average`.")
    if any(metric.name == "average" for metric in lab.kestra.metrics(execution)):
        raise Hint("That is a metric, for dashboards: no task can read it. Pass a dict to Kestra.outputs.")
    if "Kestra.outputs" in written:
        raise Hint("Kestra.outputs got no dict with a value in it, and so nothing was handed on: a name and its value.")
    raise Hint("The script ran and handed nothing on: printing is not an output. Pass a dict to Kestra.outputs.")


def _compare_average(got: Any, wanted: float) -> None:
    if isinstance(got, list | dict):
        raise Hint(f"It handed on {got}. The next task wants one number, without brackets around it.")
    try:
        number = float(got)
    except (TypeError, ValueError):
        raise Hint(f"It handed on the text {got!r}. Hand on the number itself: no quotes, no unit.") from None
    if isinstance(got, bool) or abs(number - wanted) > CENT:
        wrong = f"It handed on {got} where the average is {wanted:g}"
        if number in (round(wanted), int(wanted), round(wanted, 1)):
            raise Hint(f"{wrong}: it was rounded on the way, or not computed from FARES.")
        raise Hint(f"{wrong}. Is it computed from FARES?")


@exercise("02.3")
def count_long_rides(lab: Lab, answer: Any) -> str:
    """A script that counts fares above 50 dollars as a metric."""
    written = text(answer)
    with learner_flow(lab, _flow("02_3", written)) as flow:
        for fares in ([60.0, 10.0, 50.0, 50.0, 70.5], [1.0, 99.0]):
            execution = lab.kestra.execute(flow, inputs={"fares": fares}, check=False)
            _script_ran(lab, execution, written)
            _compare_count(_counted(lab, execution, written), fares)
    return "Counted in one run it is a number; counted in every run it is the line on a dashboard that shows the drift."


def _counted(lab: Lab, execution: Execution, written: str) -> float:
    """The value of the counter `long_rides`.

    Raises:
        Hint: there is none.
    """
    metrics = [metric for metric in lab.kestra.metrics(execution) if not metric.name.startswith(ENGINES_OWN)]
    rides = [metric for metric in metrics if metric.name == "long_rides"]
    if rides and rides[0].kind != "counter":
        raise Hint(f"long_rides arrived as a {rides[0].kind}. What is counted goes into Kestra.counter.")
    if rides:
        return sum(metric.value for metric in rides)
    if "long_rides" in (execution.output("clean").get("vars") or {}):
        raise Hint("That is an output: the next task can read it, but no dashboard counts it. Use Kestra.counter.")
    if metrics:
        raise Hint(f"No metric called long_rides has arrived, but one called {metrics[0].name}. Names count.")
    if re.search(r"Kestra\.counter\(.long_rides.,", written):
        raise Hint("No metric called long_rides has arrived: the value that you gave it is no single number.")
    raise Hint("No metric called long_rides has arrived. Kestra.counter(name, value) sends one.")


def _compare_count(got: float, fares: list[float]) -> None:
    long = [fare for fare in fares if fare > LONG_RIDE]
    if got == len(long):
        return
    says = f"For {fares} it says {got:g}"
    if got == sum(fare >= LONG_RIDE for fare in fares):
        raise Hint(f"{says}: a fare of exactly {LONG_RIDE} is not above {LONG_RIDE}.")
    if got == sum(long):
        raise Hint(f"{says}, which is the fares added up. Count them: one for each.")
    if got == sum(range(len(long) + 1)):
        raise Hint(f"{says}: a counter adds up what it is sent. Send 1 for each ride, or the number once at the end.")
    raise Hint(f"{says}; {len(long)} of them are above {LONG_RIDE}.")
