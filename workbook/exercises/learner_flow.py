"""What the checks share: they read an execution again, and they run a learner's piece of a flow."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any

import yaml

from workbook.errors import NotFound
from workbook.exercises.registry import Blank, Hint
from workbook.kestra.errors import FlowInvalid
from workbook.kestra.logs import reasons
from workbook.kestra.models import Execution, Flow

if TYPE_CHECKING:
    from workbook.lab import Lab

END_SECONDS, POLL_SECONDS = 60.0, 0.25
RIDDLES = {
    r"Could not perform (multiplication|addition|subtraction|division)": (
        "One of the two values is no number, or is not there: a value of the flow has its full name, such as "
        "inputs.NAME or outputs.TASK.value."
    ),
    r"PRINT_END|Unexpected \"}\"|type EOF|PUNCTUATION": (
        "The expression is not complete: look at its brackets, its operators and the two braces on either side."
    ),
    r"Unable to find `\w+` used": (
        "In the braces, a value has its full name, such as inputs.NAME, vars.NAME or outputs.TASK.value, and a task's "
        "outputs are there once the task has run."
    ),
    r"Unrecognized token": (
        "The property cannot take this value. Where it takes one of a few words, they are written in capitals."
    ),
    r"LinkedHashMap.* from Array": "A map was expected, with a `name: value` on each line: leave out the dashes.",
    r"Filter \[(render|renderOnce|read|kv|secret|envs|printContext|fetchContext)\] does not exist": (
        "This is a function: its value stands in parentheses behind its name, and no | before it."
    ),
    r"Filter \[\w+\] does not exist": "Filters and functions are listed at https://kestra.io/docs/1.3/expressions",
}
"""What some of the engine's messages about expressions mean."""


def current_execution(lab: Lab, answer: Any, flow_id: str) -> Execution:
    """The execution in `answer`, as the server has it now; one that still runs is waited for.

    Parameters:
        lab: the lab.
        answer: the learner's answer.
        flow_id: the flow that the exercise asks for.

    Raises:
        Hint: it is no execution, or one of another flow, or it does not end.
    """
    if not isinstance(answer, Execution):
        raise Hint(f"The answer is {kind(answer)}. Put what lab.kestra.execute(...) returns into it.")
    if answer.flow_id != flow_id:
        raise Hint(f"This is an execution of {answer.flow_id}; the exercise asks for one of {flow_id}.")
    try:
        return _ended(lab, lab.kestra.execution(answer.id))
    except NotFound as missing:
        raise Hint("Kestra does not know this execution any more. Run the flow again.") from missing


def _ended(lab: Lab, execution: Execution) -> Execution:
    """The execution at its end, for which a learner who started it with `wait=False` need not wait.

    Raises:
        Hint: it does not end.
    """
    give_up = time.monotonic() + END_SECONDS
    while not execution.terminated:
        if execution.state == "PAUSED" or time.monotonic() > give_up:
            raise Hint(f"This execution is {execution.state} and has not ended. Run this cell again when it has.")
        time.sleep(POLL_SECONDS)
        execution = lab.kestra.execution(execution.id)
    return execution


def text(answer: Any) -> str:
    """A learner's text, its common indentation taken away.

    Raises:
        Blank: it still has the three dots of the gap.
        Hint: it is no text.
    """
    if not isinstance(answer, str):
        raise Hint(f"The answer is {kind(answer)}; this exercise asks for text, in quotes.")
    if "..." in answer or not answer.strip():
        raise Blank
    return dedent(answer).strip()


def kind(answer: Any) -> str:
    """The type of an answer, with its article: `a str`, `an int`."""
    name = type(answer).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def task_texts(written: str) -> dict[str, str]:
    """The tasks of a learner's text by their id, each as YAML; none if it is no list of tasks."""
    try:
        tasks = yaml.safe_load(written)
    except yaml.YAMLError:
        return {}
    listed = tasks if isinstance(tasks, list) else []
    return {str(task["id"]): yaml.safe_dump(task) for task in listed if isinstance(task, dict) and "id" in task}


def block(written: str, spaces: int) -> str:
    """Text to stand inside a YAML block at that depth."""
    return indent(written, " " * spaces)


@contextmanager
def learner_flow(lab: Lab, source: str) -> Iterator[Flow]:
    """A flow made of a learner's text, on the server for as long as the block lasts.

    Raises:
        Hint: the engine refuses it; the hint says what to write instead, or has the engine's own message.
    """
    try:
        flow = lab.kestra.import_flow(source)
    except FlowInvalid as refused:
        reasons = dict.fromkeys(problem.advice or str(problem).splitlines()[0] for problem in refused.problems)
        raise Hint(f"The engine does not accept the flow with your text in it: {' '.join(reasons)}") from refused
    try:
        yield flow
    finally:
        lab.kestra.delete_flow(flow, executions=True)


def run(lab: Lab, flow: Flow, inputs: dict[str, Any]) -> Execution:
    """Run the learner's flow once.

    Parameters:
        lab: the lab.
        flow: the flow on the server.
        inputs: inputs by id.

    Raises:
        Hint: it failed; the hint is the last line of its log's errors.
    """
    execution = lab.kestra.execute(flow, inputs=inputs, check=False)
    if not execution.succeeded:
        raise Hint(f"The execution ended {execution.state}. {last_error(lab, execution)}")
    return execution


def last_error(lab: Lab, execution: Execution) -> str:
    """The line that says why an execution failed: the last error of the failing task that has a text."""
    failed = execution.failed_task
    lines = lab.kestra.logs(execution, task=failed.task_id if failed else None, level="ERROR")
    messages = [text.splitlines()[0] for text in reasons(lines)]
    return f"Its log ends with: {_plain(messages[-1])}" if messages else "Its log holds no error."


def _plain(message: str) -> str:
    """An engine's message without the Java class before it, and with what its riddles mean."""
    message = re.sub(r"^(?:[a-z]\w*\.)+[A-Z]\w*: ", "", message)
    for riddle, meaning in RIDDLES.items():
        if re.search(riddle, message):
            return f"{message}. {meaning}"
    return message
