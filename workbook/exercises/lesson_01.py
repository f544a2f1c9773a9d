"""Checks of lesson 01."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import yaml

from workbook.exercises.learner_flow import block, current_execution, learner_flow, run, task_texts, text
from workbook.exercises.registry import Hint, exercise
from workbook.kestra.models import Execution

if TYPE_CHECKING:
    from workbook.lab import Lab

GREETING = "Hello, Grace Hopper! This is 01_hello_world."

VARIABLE_FLOW = """id: exercise_01_2
namespace: zoomcamp
inputs:
  - id: taxi
    type: STRING
variables:
  file: "{{{{ inputs.taxi }}}}_{file}.csv"
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: {message}
"""

WAITING_FLOW = """id: exercise_01_3
namespace: zoomcamp
tasks:
  - id: wait
    type: io.kestra.plugin.core.flow.Sleep
    duration: PT1S
"""

TIP_FLOW = """id: exercise_01_4
namespace: zoomcamp
inputs:
  - id: fare
    type: FLOAT
tasks:
"""


@exercise("01.1")
def greet_grace(lab: Lab, answer: Any) -> str:
    """An execution whose output greets Grace Hopper."""
    execution = current_execution(lab, answer, "01_hello_world")
    if not execution.succeeded:
        raise Hint(f"This execution ended {execution.state}. Were more than two running at once?")
    got = str(execution.outputs.get("greeting"))
    if got.count("Hello") > 1:
        raise Hint(f"Its output reads {got!r}: the flow says hello by itself. Pass the name alone.")
    if got != GREETING:
        raise Hint(f"Its output reads {got!r}. The name goes in as inputs={{'name': ...}}, letter by letter.")
    return "The flow's text did not change: one flow serves every name, which is what inputs are for."


@exercise("01.2")
def render_the_file(lab: Lab, answer: Any) -> str:
    """A message that renders a variable that holds an expression."""
    message = yaml.safe_dump(text(answer), default_style='"', width=1000)
    for file, taxis in (("tripdata", ("green", "yellow")), ("rides", ("green",))):
        with learner_flow(lab, VARIABLE_FLOW.format(file=file, message=message)) as flow:
            for taxi in taxis:
                _compare_line(_line(lab, run(lab, flow, {"taxi": taxi})), f"{taxi}_{file}.csv")
    return "Real flows build file and table names like this, so a lost render shows up as braces in a path."


def _line(lab: Lab, execution: Execution) -> str:
    return lab.kestra.logs(execution, task="say", level="INFO")[0].message


def _compare_line(got: str, file: str) -> None:
    wanted = f"loading {file}"
    if got == wanted:
        return
    if "{{" in got:
        raise Hint(f"The log reads {got!r}: the variable came through, its own braces did not. Ask for one more round.")
    if "(vars.file)" in got:
        raise Hint(f"The log reads {got!r}: an expression stands between two braces on either side.")
    if "vars.file" in got:
        raise Hint(f"The log reads {got!r}. In quotes, vars.file is a text; without them it is the variable.")
    if wanted in got or wanted == got.lower():
        raise Hint(f"The log reads {got!r}; it should read {wanted!r}, letter by letter, and nothing else.")
    if got.startswith("loading ") and got.endswith("_tripdata.csv"):
        raise Hint(f"For {file} the log still reads {got!r}. Take the name from vars.file and do not write it out.")
    raise Hint(f"The log reads {got!r}; it should read {wanted!r}.")


@exercise("01.3")
def one_at_a_time(lab: Lab, answer: Any) -> str:
    """A concurrency block that lets executions wait for their turn."""
    with learner_flow(lab, WAITING_FLOW + text(answer) + "\n") as flow:
        started = [lab.kestra.execute(flow, wait=False) for _ in range(3)]
        ended = [lab.kestra.wait(execution, check=False) for execution in started]
    for state, advice in {
        "FAILED": "That is what FAIL does with one too many. Which behavior lets it wait?",
        "CANCELLED": "That is what CANCEL does with one too many. Which behavior lets it wait?",
    }.items():
        if lost := sum(execution.state == state for execution in ended):
            raise Hint(f"{lost} of your three executions ended {state} without doing their work. {advice}")
    if _overlap(ended):
        raise Hint("All three succeeded, but two of them ran at the same time. Look at the limit.")
    return "All three ran, one after the other. QUEUE with a limit of 1 is how loads into one table are kept apart."


def _overlap(executions: list[Execution]) -> bool:
    """Whether two executions were in their task at the same time."""
    spans = sorted(_span(execution) for execution in executions)
    return any(later[0] < earlier[1] for earlier, later in pairwise(spans))


def _span(execution: Execution) -> tuple[datetime, datetime]:
    """When the task of an execution began and ended.

    Raises:
        Hint: it has not begun, or it has not ended.
    """
    for task_run in execution.task_runs[:1]:
        if task_run.start and task_run.end:
            return task_run.start, task_run.end
    raise Hint(f"One of your three executions is {execution.state}, and its task has not run. What does it wait for?")


@exercise("01.4")
def hand_on_the_tip(lab: Lab, answer: Any) -> str:
    """Two tasks, the second of which reads the output of the first."""
    written = text(answer)
    _in_order(task_texts(written))
    with learner_flow(lab, TIP_FLOW + block(written, 2) + "\n") as flow:
        for fare in (10.0, 25.0):
            execution = run(lab, flow, {"fare": fare})
            _handed_on(execution, fare)
            _logged_line(lab, execution, fare * 1.2)
    _reads_the_output(task_texts(written))
    return "One task computes, the next one reads its output: every longer flow is built from this pair."


def _in_order(tasks: dict[str, str]) -> None:
    names = list(tasks)
    if names and "with_tip" not in names:
        dash = " In an expression a dash is a minus, so ids have underscores." if "with-tip" in names else ""
        raise Hint(f"No task called with_tip is there. The id of a task is how the next one finds its output.{dash}")
    if "say" in names and names.index("say") < names.index("with_tip"):
        raise Hint("Tasks run in the order in which they are written: when say runs, with_tip has to be done.")


def _handed_on(execution: Execution, fare: float) -> None:
    outputs = execution.output("with_tip")
    numbers = [value for value in _values(outputs) if _is_number(value)]
    if not numbers:
        raise Hint(f"with_tip handed on {outputs or 'nothing'}. A log hands nothing on; a Return task has a value.")
    if not any(_close(value, fare * 1.2) for value in numbers):
        part = " That is the tip alone: add the fare." if _close(numbers[0], fare * 0.2) else ""
        raise Hint(f"For a fare of {fare:g}, with_tip handed on {numbers[0]}; it should be {fare * 1.2:g}.{part}")


def _values(outputs: Any) -> list[Any]:
    """The single values of outputs, which may lie one inside another."""
    inner = outputs.values() if isinstance(outputs, dict) else outputs if isinstance(outputs, list) else None
    return [outputs] if inner is None else [value for part in inner for value in _values(part)]


def _logged_line(lab: Lab, execution: Execution, wanted: float) -> None:
    lines = [line.message for line in lab.kestra.logs(execution, task="say")]
    if not lines:
        raise Hint("with_tip is right. Now a second task, say, of type io.kestra.plugin.core.log.Log.")
    word, _, number = lines[-1].partition(" ")
    if word == "pay" and _close(number, wanted):
        return
    if f"{wanted}" in lines[-1] and "{" not in lines[-1]:
        raise Hint(f"say logged {lines[-1]!r}. It should read 'pay {wanted}', letter by letter, and nothing else.")
    raise Hint(f"say logged {lines[-1]!r}. Read the number from outputs.with_tip.value.")


def _reads_the_output(tasks: dict[str, str]) -> None:
    say = tasks.get("say")
    if say and not ("outputs" in say and "with_tip" in say):
        raise Hint("The line is right, but say works the sum out a second time. Let it read what with_tip handed on.")


def _is_number(value: Any) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?([eE]-?\d+)?", str(value)) is not None


def _close(got: Any, wanted: float) -> bool:
    try:
        return abs(float(got) - wanted) < 0.01
    except (TypeError, ValueError):
        return False
