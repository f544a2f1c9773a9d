"""Typical wrong answers to each exercise, each with a part of the hint that it gets: one module a lesson.

A module may have right answers too, in `RIGHT`: those that are written otherwise than the solution; and a function
`prepare` that makes what the lesson has made before its exercises, unless it is there.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from tools import lessons
from workbook.lesson_files import lesson_number


def wrong_answers(path: Path) -> dict[str, list[tuple[Any, str]]]:
    """The wrong answers to a lesson's exercises; none if it has no exercises.

    They are in the module `lesson_04`, or `concepts_inputs` for a notebook of a folder beside the lessons.
    """
    if lessons.is_beside(path) and not lessons.exercises(lessons.read(path)):
        return {}
    wrong: dict[str, list[tuple[Any, str]]] = _module(path).WRONG
    return wrong


def right_answers(path: Path) -> dict[str, list[Any]]:
    """Right answers to a lesson's exercises beside the solutions."""
    if lessons.is_beside(path) and not lessons.exercises(lessons.read(path)):
        return {}
    return getattr(_module(path), "RIGHT", {})


def prepare(lab: Any, path: Path) -> None:
    """Make what a lesson's exercises need, unless it is there."""
    if found := getattr(_module(path), "prepare", None):
        found(lab)


def _module(path: Path) -> ModuleType:
    module = f"{path.parent.name}_{path.stem}" if lessons.is_beside(path) else f"lesson_{lesson_number(path)}"
    return import_module(f"{__name__}.{module}")
