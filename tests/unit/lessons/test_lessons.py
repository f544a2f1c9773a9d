"""Each lesson has what a lesson needs: a number, other parameters to be tested with, and wrong answers."""

import re
from pathlib import Path

import pytest

from tests.lessons.exercises.wrong_answers import wrong_answers
from tests.lessons.notebooks.parameters import OTHER
from tools import lessons
from tools.notebook_hygiene import problems
from workbook import lesson_files
from workbook.learning.texts import LessonTexts, all_texts
from workbook.lesson_files import NOTEBOOKS, is_chosen, lesson_name, lesson_number, numbered_lessons

LESSONS = lessons.all_lessons()
NUMBERED = numbered_lessons()
NO_TEXTS = LessonTexts("", "", {}, {})


def test_lessons_are_numbered_without_a_gap() -> None:
    numbers = [lesson_number(path) for path in NUMBERED]
    whole = [number for number in numbers if number.isdigit()]
    assert whole == [f"{number:02}" for number in range(len(whole))]
    assert all(number[:2] in whole for number in numbers)


def test_a_second_part_follows_the_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("11_c", "10b_a", "10_b", "10bc_x", "notes"):
        (tmp_path / f"{name}.ipynb").touch()
    monkeypatch.setattr(lesson_files, "NOTEBOOKS", tmp_path)
    assert [lesson_number(path) for path in numbered_lessons()] == ["10", "10b", "11"]


def test_names_tell_lessons_apart() -> None:
    assert len({path.stem for path in LESSONS}) == len(LESSONS)


@pytest.mark.parametrize(
    ("name", "path", "chosen"),
    [
        ("04", "04_postgres_taxi", True),
        ("04", "05_scheduling_and_backfills", False),
        ("homework", "homework/2026", True),
        ("homework/2026", "homework/2026", True),
        ("2026", "homework/2026", True),
        ("concepts", "concepts/inputs", True),
        ("inp", "concepts/inputs", True),
        ("concepts", "04_postgres_taxi", False),
    ],
)
def test_a_lesson_is_chosen_by_how_its_name_begins(name: str, path: str, chosen: bool) -> None:
    assert is_chosen((NOTEBOOKS / path).with_suffix(".ipynb"), [name]) is chosen


def test_notebooks_in_folders_come_after_the_lessons(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("concepts/b.ipynb", "concepts/a.ipynb", "homework/2026.ipynb", "01_x.ipynb", "notes/x.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(lesson_files, "NOTEBOOKS", tmp_path)
    found = [lesson_name(path) for path in lesson_files.all_lessons()]
    assert found == ["01_x", "homework/2026", "concepts/a", "concepts/b"]


def test_each_lesson_has_other_parameters() -> None:
    assert {lesson_name(path) for path in LESSONS} == OTHER.keys()


@pytest.mark.parametrize("path", LESSONS, ids=lesson_name)
def test_each_exercise_has_wrong_answers(path: Path) -> None:
    assert wrong_answers(path).keys() == lessons.exercises(lessons.read(path)).keys()


@pytest.mark.parametrize("path", LESSONS, ids=lesson_name)
def test_predictions_and_hints_are_those_of_the_notebook(path: Path) -> None:
    notebook = lessons.read(path)
    texts = next((one for one in all_texts().values() if one.notebook == lesson_name(path)), NO_TEXTS)
    asked = lessons.predictions(notebook)
    assert asked.keys() == texts.predictions.keys()
    for number, cell in asked.items():
        known = texts.predictions[number]
        assert cell.source.startswith(f'workbook.predict("{number}", ...)')
        question = notebook.cells[notebook.cells.index(cell) - 1].source
        assert re.findall(r"\*\*([a-z])\*\*", question.partition("**Predict")[2]) == list(known.choices), number
        assert known.right in known.choices
    assert texts is NO_TEXTS or texts.hints.keys() == lessons.exercises(notebook).keys()


@pytest.mark.parametrize("path", LESSONS, ids=lesson_name)
def test_notebook_is_clean(path: Path) -> None:
    assert problems(path) == []
