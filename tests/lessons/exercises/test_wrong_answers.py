"""Typical wrong answers get their own hint, a blank one a nudge, and right ones pass however they are written."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import workbook
from catalog import NAMES
from flowtests import FlowTestStack
from flowtests.kestra2.stack import Kestra2Stack
from tests.lessons.exercises.wrong_answers import prepare, right_answers, wrong_answers
from tests.support.stack import own_stack
from tools import lessons

ALWAYS = 1
"""How many wrong answers to each exercise every run tries; the others, hundreds, are left to `make test ALL=1`."""
LONG = ("10", "10b", "11", "12", "14")
"""Lessons where an answer is a run of a pipeline, or of flow tests, which take seconds each."""

CASES = [
    pytest.param(
        path,
        number,
        answer,
        fragment,
        id=f"{number}-{index}",
        marks=[pytest.mark.slow] if index >= ALWAYS else [],
    )
    for path in lessons.all_lessons()
    for number, cases in wrong_answers(path).items()
    for index, (answer, fragment) in enumerate(cases)
]
RIGHT_CASES = [
    pytest.param(
        path,
        number,
        answer,
        id=f"{number}-{index}",
        marks=[pytest.mark.slow] if index and number.startswith(LONG) else [],
    )
    for path in lessons.all_lessons()
    for number, answers in right_answers(path).items()
    for index, answer in enumerate(answers)
]
EXERCISES = [number for path in lessons.all_lessons() for number in lessons.exercises(lessons.read(path))]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """All services, an engine for tests of flows, as lesson 14 has one, and one of Kestra 2.0, as lesson 16 has."""
    with own_stack(tmp_path_factory.mktemp("wrong")) as environment, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        with FlowTestStack(), Kestra2Stack():
            yield workbook.open(*NAMES)


@pytest.mark.parametrize(("path", "number", "answer", "fragment"), CASES)
def test_wrong_answer_gets_its_hint(lab: Any, path: Path, number: str, answer: Any, fragment: str) -> None:
    prepare(lab, path)
    verdict = workbook.check(lab, number, answer(lab) if callable(answer) else answer)
    assert not verdict.right
    assert fragment.lower() in verdict.text.lower()


@pytest.mark.parametrize(("path", "number", "answer"), RIGHT_CASES)
def test_right_answer_passes_however_it_is_written(lab: Any, path: Path, number: str, answer: Any) -> None:
    prepare(lab, path)
    verdict = workbook.check(lab, number, answer(lab) if callable(answer) else answer)
    assert verdict.right, verdict.text


@pytest.mark.parametrize("number", EXERCISES)
def test_blank_answer_gets_a_nudge(lab: Any, number: str) -> None:
    verdict = workbook.check(lab, number, ...)
    assert not verdict.right
    assert verdict.blank
