"""Where the lessons are: numbered notebooks, and those of the folders beside them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from workbook.project import ROOT

NOTEBOOKS = ROOT / "notebooks"
SIDE_FOLDERS = ("homework", "concepts")
"""Folders of notebooks that are lessons too; they are read after the numbered ones."""


def all_lessons() -> list[Path]:
    """The notebooks in the order in which they are read."""
    folders = (NOTEBOOKS / name for name in SIDE_FOLDERS)
    return numbered_lessons() + [path for folder in folders for path in sorted(folder.glob("*.ipynb"))]


def numbered_lessons() -> list[Path]:
    """The notebooks whose names begin with a number (04, or 10b for a second part), without those of the folders."""
    return sorted([*NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"), *NOTEBOOKS.glob("[0-9][0-9][a-z]_*.ipynb")])


def lesson_number(path: Path) -> str:
    """What the name of a numbered lesson begins with, such as `04` or `10b`."""
    return path.stem.split("_")[0]


def lesson_name(path: Path) -> str:
    """What a lesson is called: its path below `notebooks` without the ending, such as `homework/2026`."""
    return path.relative_to(NOTEBOOKS).with_suffix("").as_posix()


def is_chosen(path: Path, beginnings: Iterable[str]) -> bool:
    """Whether a lesson's name, or its file's alone, begins with one of `beginnings`: `04`, `homework`, `2026`."""
    begin = tuple(beginnings)
    return lesson_name(path).startswith(begin) or path.stem.startswith(begin)
