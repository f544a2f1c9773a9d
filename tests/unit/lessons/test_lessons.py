"""Each lesson has what a lesson needs: a number, other parameters to be tested with, and wrong answers."""

from importlib import import_module
from pathlib import Path

import pytest

from tests.lessons.notebooks.parameters import OTHER
from tools import lessons
from tools.notebook_hygiene import problems

LESSONS = lessons.all_lessons()


def test_lessons_are_numbered_without_a_gap() -> None:
    assert [path.name[:2] for path in LESSONS] == [f"{number:02}" for number in range(len(LESSONS))]


def test_each_lesson_has_other_parameters() -> None:
    assert [path.stem for path in LESSONS] == list(OTHER)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_each_exercise_has_wrong_answers(path: Path) -> None:
    wrong = import_module(f"tests.lessons.exercises.wrong_answers.lesson_{path.name[:2]}").WRONG
    assert wrong.keys() == lessons.exercises(lessons.read(path)).keys()


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_notebook_is_clean(path: Path) -> None:
    assert problems(path) == []
