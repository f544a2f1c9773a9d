"""What a learner has answered, kept in a file on this machine.

Only a notebook that somebody looks at keeps anything: a lesson that papermill or a test runs is nobody's progress.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from workbook import notebook
from workbook.project import ROOT

VARIABLE = "WORKBOOK_PROGRESS"
"""Another file than the learner's own; what it names is kept wherever the notebook runs."""
FILE = ROOT / "my-lessons" / ".progress.json"


@dataclass
class Kept:
    """What was answered.

    Attributes:
        exercises: numbers of those that were answered right.
        predictions: the first guess at each, by number.
    """

    exercises: list[str] = field(default_factory=list)
    predictions: dict[str, str] = field(default_factory=dict)


def load() -> Kept:
    """What was answered so far; nothing if there is no file, or none that can be read."""
    return _parse(_file())


def keep_exercise(number: str) -> None:
    """Keep that an exercise was answered right."""
    with _changing() as kept:
        if number not in kept.exercises:
            kept.exercises.append(number)


def keep_prediction(number: str, guess: str) -> None:
    """Keep the first guess at a prediction: a later one knows what happened."""
    with _changing() as kept:
        kept.predictions.setdefault(number, guess)


@contextmanager
def _changing() -> Iterator[Kept]:
    """What is kept, to be changed by one notebook at a time, and written at the end."""
    if not (notebook.is_live() or VARIABLE in os.environ):
        yield Kept()
        return
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = _parse(file)
        yield kept
        if not _is_readable(file):
            file.replace(file.with_suffix(".unreadable.json"))
        _write(file, json.dumps(vars(kept), indent=1))


def _file() -> Path:
    return Path(os.environ.get(VARIABLE) or FILE)


def _write(file: Path, text: str) -> None:
    """Write the file as a whole, on the disk before it takes the old one's place: a crash leaves one of the two."""
    part = file.with_suffix(".part")
    with part.open("w", encoding="utf-8") as written:
        written.write(text)
        written.flush()
        os.fsync(written.fileno())
    part.replace(file)


def _is_readable(file: Path) -> bool:
    """Whether there is no file, or one that holds what was kept: one that does not is put aside, not written over."""
    return not file.exists() or _content(file) is not None


def _parse(file: Path) -> Kept:
    return _content(file) or Kept()


def _content(file: Path) -> Kept | None:
    try:
        return Kept(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
