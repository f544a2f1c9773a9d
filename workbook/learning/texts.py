"""The texts of a lesson's predictions and hints, one file a notebook in `texts/`.

A file is named as the first part of its numbers, `01.yaml` for prediction `01.a` and exercise `01.1`, and has:

    notebook: 01_hello_world
    predictions:
      a: {choices: abc, right: b, because: What happened, and why.}
    hints:
      "1": [Where to look., What to use.]
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from workbook.errors import WorkbookError

FOLDER = Path(__file__).with_name("texts")


@dataclass(frozen=True)
class Prediction:
    """What the learner of a lesson is asked to predict.

    Attributes:
        number: such as `01.a`.
        choices: the letters that the notebook offers.
        right: the letter of what happens.
        because: what happened and why.
    """

    number: str
    choices: str
    right: str
    because: str


@dataclass(frozen=True)
class LessonTexts:
    """The texts of one notebook.

    Attributes:
        lesson: the first part of its numbers, such as `01`.
        notebook: its path in `notebooks/`, without `.ipynb`.
        predictions: by number.
        hints: those of an exercise, from the slightest on, by its number.
    """

    lesson: str
    notebook: str
    predictions: dict[str, Prediction]
    hints: dict[str, tuple[str, ...]]


@cache
def all_texts() -> dict[str, LessonTexts]:
    """The texts of all notebooks that have some, by the first part of their numbers."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.yaml"))}


def texts_of(number: str) -> LessonTexts | None:
    """The texts of the notebook that a prediction or an exercise is in; None if it has none.

    Parameters:
        number: such as `01.a` or `01.1`.
    """
    return all_texts().get(number.partition(".")[0])


def prediction(number: str) -> Prediction:
    """One prediction.

    Raises:
        WorkbookError: there is none of this number.
    """
    texts = texts_of(number)
    known = texts.predictions if texts else {}
    if number not in known:
        raise WorkbookError(f"There is no prediction {number!r}. This lesson has {', '.join(known) or 'none'}.")
    return known[number]


def _read(path: Path) -> LessonTexts:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    lesson = path.stem
    predictions = {f"{lesson}.{key}": fields for key, fields in (content.get("predictions") or {}).items()}
    return LessonTexts(
        lesson,
        content["notebook"],
        {number: Prediction(number, **fields) for number, fields in predictions.items()},
        {f"{lesson}.{key}": tuple(texts) for key, texts in (content.get("hints") or {}).items()},
    )
