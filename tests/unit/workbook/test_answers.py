"""Answers that upset a check once: each gets a hint."""

from typing import Any

import pytest

from tests.support.fake_kestra import recorded, running
from workbook.exercises import lesson_01, lesson_04
from workbook.exercises.registry import Hint
from workbook.kestra import Execution

RAW = recorded("hello.execution")


def _execution(raw: dict[str, Any]) -> Execution:
    return Execution.from_json(raw, "http://127.0.0.1:1")


@pytest.mark.parametrize("raw", [{**RAW, "taskRunList": []}, running(RAW)])
def test_an_execution_whose_task_has_not_run_is_a_hint(raw: dict[str, Any]) -> None:
    waiting = {**raw, "taskRunList": [{**run, "state": running(RAW)["state"]} for run in raw["taskRunList"]]}
    with pytest.raises(Hint, match="its task has not run"):
        lesson_01._overlap([_execution(RAW), _execution(waiting)])


def test_executions_at_the_same_time_overlap() -> None:
    assert lesson_01._overlap([_execution(RAW), _execution(RAW)])
    assert not lesson_01._overlap([_execution(RAW)])


@pytest.mark.parametrize(("key", "hint"), [(None, "0 characters"), ("ab" * 16, "md5"), ("xyz", "3 characters")])
def test_a_key_of_another_form_is_a_hint(key: str | None, hint: str) -> None:
    with pytest.raises(Hint, match=hint):
        lesson_04._has_the_form(key)
