"""`workbook.progress`: what has been answered so far, and what is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from workbook.exercises.registry import numbers
from workbook.learning import kept
from workbook.learning.texts import LessonTexts, all_texts
from workbook.pictures.learner_progress import learner_progress

PARTS = ("lessons", "homework", "concepts")
"""In the order in which a learner meets them: the notebooks of `notebooks/`, then its folders."""


@dataclass(frozen=True)
class LessonProgress:
    """How far one lesson is done.

    Attributes:
        part: one of `PARTS`.
        lesson: its number, or its name where it has none.
        exercises, predictions: the numbers of all that it has.
        answered: the numbers of those that are answered.
    """

    part: str
    lesson: str
    exercises: tuple[str, ...]
    predictions: tuple[str, ...]
    answered: frozenset[str]

    @property
    def total(self) -> int:
        """How much there is to answer."""
        return len(self.exercises) + len(self.predictions)

    @property
    def open(self) -> list[str]:
        """The exercises that are not answered yet; a prediction is open to the learner."""
        return [number for number in self.exercises if number not in self.answered]


class ProgressReport:
    """What has been answered in all lessons; it shows itself.

    Parameters:
        lessons: in their order, those of a part beside one another.
    """

    def __init__(self, lessons: Iterable[LessonProgress]) -> None:
        self.lessons = list(lessons)

    @property
    def done(self) -> int:
        """How many exercises and predictions are answered."""
        return sum(len(lesson.answered) for lesson in self.lessons)

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(lesson.total for lesson in self.lessons)

    def __str__(self) -> str:
        lines = [f"{self.done} of {self.total}"]
        for part, lessons in self._parts():
            lines += [f"{part}:", *(" ".join(["  " + one.lesson, *_cells(one)]).rstrip() for one in lessons)]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)

    def html(self) -> str:
        """The picture, and below it a table of what is open."""
        parts = self._parts()
        bars = [(part, [(one.lesson, len(one.answered), one.total) for one in lessons]) for part, lessons in parts]
        rows = "".join(
            f'<tr><th colspan="4" style="text-align:left">{part}</th></tr>'
            + "".join(_table_row("td", [one.lesson, *_cells(one)]) for one in lessons)
            for part, lessons in parts
        )
        head = _table_row("th", ["", "exercises", "predictions", "open"])
        return f"{learner_progress(bars).html()}<table><thead>{head}</thead><tbody>{rows}</tbody></table>"

    def _parts(self) -> list[tuple[str, list[LessonProgress]]]:
        return [(part, list(lessons)) for part, lessons in groupby(self.lessons, key=lambda one: one.part)]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": str(self)}


def progress() -> ProgressReport:
    """What has been answered so far, by lesson, and which exercises are open."""
    now = kept.load()
    answered = frozenset(now.exercises) | frozenset(now.predictions)
    exercises, texts = _by_lesson(numbers()), all_texts()
    lessons = [
        _progress_of(lesson, exercises.get(lesson, ()), texts.get(lesson), answered)
        for lesson in sorted({*exercises, *texts})
    ]
    return ProgressReport(sorted(lessons, key=lambda one: PARTS.index(one.part)))


def _progress_of(
    lesson: str, exercises: Iterable[str], texts: LessonTexts | None, answered: frozenset[str]
) -> LessonProgress:
    folder, _, name = texts.notebook.rpartition("/") if texts else ("", "", lesson)
    predictions = tuple(texts.predictions) if texts else ()
    all_of = (*exercises, *predictions)
    part, name = (folder, name) if folder else (PARTS[0], lesson)
    return LessonProgress(part, name, tuple(exercises), predictions, answered.intersection(all_of))


def _cells(one: LessonProgress) -> list[str]:
    return [_share(one.exercises, one.answered), _share(one.predictions, one.answered), ", ".join(one.open)]


def _table_row(tag: str, values: list[str]) -> str:
    return "<tr>" + "".join(f'<{tag} style="text-align:left">{value}</{tag}>' for value in values) + "</tr>"


def _share(all_of: tuple[str, ...], answered: frozenset[str]) -> str:
    return f"{sum(number in answered for number in all_of)} of {len(all_of)}" if all_of else "-"


def _by_lesson(all_of: Iterable[str]) -> dict[str, list[str]]:
    lessons: dict[str, list[str]] = {}
    for number in all_of:
        lessons.setdefault(number.partition(".")[0], []).append(number)
    return lessons
