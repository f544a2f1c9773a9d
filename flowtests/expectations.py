"""The outcome of a test case: its run, compared with its assertions and expectations."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flowtests.engine import Engine
from flowtests.errors import Problem, Refused
from flowtests.runs import Run, is_over_time, why_slow
from flowtests.suites import NOT_RUN, Case
from workbook.kestra.logs import reasons

BAD = ("FAILED", "KILLED", "CANCELLED")
GOOD = ("SUCCESS", "WARNING", "SKIPPED")
REASON_LENGTH = 200
"""How much of an error is shown, in characters."""


@dataclass
class Outcome:
    """The outcome of a test case; it passed if there are no problems."""

    case: Case
    run: Run | None = None
    problems: list[Problem] = field(default_factory=list)

    def add_problem(self, message: str, *path: str | int) -> None:
        """Note that an expectation, at a place in the case, is not met."""
        self.problems.append(Problem(message, self.case.at(*path)))


def judge_case(engine: Engine, case: Case, start: Callable[[], Run]) -> Outcome:
    """Run a test case and compare the run with what the case expects.

    Parameters:
        engine: the engine.
        case: the test case.
        start: runs its flow.
    """
    outcome = Outcome(case)
    refused = case.expect.get("refused")
    try:
        outcome.run = run = start()
    except Refused as error:
        if refused is None:
            outcome.add_problem(f"the engine starts no execution: {error}", "fixtures")
        elif refused not in str(error):
            outcome.add_problem(f"it is refused with other words: {error}", "expect", "refused")
        return outcome
    if refused is not None:
        outcome.add_problem(f"it was expected to be refused ({refused!r}), and it ran", "expect", "refused")
    if is_over_time(run):
        outcome.add_problem(why_slow(run))
        return outcome
    _state(outcome, run)
    _assertions(outcome, engine, run)
    _tasks(outcome, run)
    _outputs(outcome, run)
    _logs(outcome, run)
    _kv(outcome, engine, run)
    return outcome


def _state(outcome: Outcome, run: Run) -> None:
    """Check the final state: the expected one; without one, a good one, unless a fixture lets a task fail."""
    case = outcome.case
    if "state" in case.expect:
        if run.state != case.expect["state"]:
            outcome.add_problem(f"expected the state {case.expect['state']} but was {run.state}", "expect", "state")
    elif run.state not in GOOD and not any(task.get("state") in BAD for task in case.tasks):
        remedy = f"if that is right, say so: expect: {{state: {run.state}}}"
        outcome.add_problem(f"the execution ended {run.state}{_reason(run)}; {remedy}")


def _reason(run: Run) -> str:
    """What the log says of a failed execution, in brackets; empty if it says nothing."""
    errors = reasons(line for line in run.logs if line.level == "ERROR")
    return f" ({textwrap.shorten(errors[-1], REASON_LENGTH, placeholder=' ...')})" if errors else ""


def _assertions(outcome: Outcome, engine: Engine, run: Run) -> None:
    ran = {task_run.task_id for task_run in run.execution.task_runs}
    able = []
    for index, assertion in enumerate(outcome.case.assertions):
        if "taskId" in assertion and assertion["taskId"] not in ran:
            outcome.add_problem(f"the task {assertion['taskId']!r} did not run", "assertions", index, "taskId")
        else:
            able.append((index, assertion))
    if not able:
        return
    for (index, assertion), judgement in zip(
        able, engine.judge(run.execution, [assertion for _, assertion in able]), strict=True
    ):
        path = ("assertions", index)
        described = f"{assertion['description']}: " if assertion.get("description") else ""
        for error in judgement["errors"]:
            reason = error.get("details") or error["message"]
            outcome.add_problem(f"{described}{assertion['value']!r} cannot be judged: {reason}", *path, "value")
        for result in judgement["results"]:
            if not result["isSuccess"]:
                outcome.add_problem(f"{described}{result['errorMessage']}", *path, result["operator"])


def _tasks(outcome: Outcome, run: Run) -> None:
    for label, wanted in (outcome.case.expect.get("tasks") or {}).items():
        states = [state for name, state in run.states.items() if label in (name, name.partition("[")[0])]
        was = sorted(set(states)) or [NOT_RUN]
        if was != [wanted]:
            outcome.add_problem(f"expected {label} to be {wanted} but was {', '.join(was)}", "expect", "tasks", label)


def _outputs(outcome: Outcome, run: Run) -> None:
    _entries(outcome, "outputs", run.flow_outputs, "the flow's output")


def _kv(outcome: Outcome, engine: Engine, run: Run) -> None:
    wanted = outcome.case.expect.get("kv") or {}
    store = engine.client.kv(run.execution.namespace)
    _entries(outcome, "kv", {key: store[key] for key in wanted if key in store}, "the key")


def _entries(outcome: Outcome, block: str, actual: dict[str, Any], what: str) -> None:
    for name, wanted in (outcome.case.expect.get(block) or {}).items():
        if name not in actual:
            outcome.add_problem(f"there is no {name!r} in {block}, {wanted!r} was expected", "expect", block, name)
        elif actual[name] != wanted:
            outcome.add_problem(
                f"expected {what} {name!r} to be {wanted!r} but was {actual[name]!r}", "expect", block, name
            )


def _logs(outcome: Outcome, run: Run) -> None:
    wanted = outcome.case.expect.get("logs") or []
    logged = "\n".join(line.message for line in run.logs) if wanted else ""
    for index, text in enumerate(wanted):
        if str(text) not in logged:
            outcome.add_problem(f"the log does not say {text!r}", "expect", "logs", index)
