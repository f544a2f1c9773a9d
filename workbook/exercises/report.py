"""`workbook.progress`: what has been answered so far, and what is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbook.exercises.registry import numbers
from workbook.learning import kept
from workbook.learning.texts import all_texts
from workbook.pictures.learner_progress import learner_progress


@dataclass(frozen=True)
class LessonProgress:
    """How far one lesson is done.

    Attributes:
        lesson: its number, or its name where it has none.
        exercises, predictions: the numbers of all that it has.
        answered: the numbers of those that are answered.
    """

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
        lessons: in their order.
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
        return "\n".join([f"{self.done} of {self.total}", *(" ".join(row).rstrip() for row in self._rows())])

    def __repr__(self) -> str:
        return str(self)

    def html(self) -> str:
        """The picture, and below it a table of what is open."""
        picture = learner_progress([(one.lesson, len(one.answered), one.total) for one in self.lessons])
        rows = "".join(_table_row("td", row) for row in self._rows())
        head = _table_row("th", ["lesson", "exercises", "predictions", "open"])
        return f"{picture.html()}<table><thead>{head}</thead><tbody>{rows}</tbody></table>"

    def _rows(self) -> list[list[str]]:
        return [_row(one) for one in self.lessons]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": str(self)}


def progress() -> ProgressReport:
    """What has been answered so far, by lesson, and which exercises are open."""
    now = kept.load()
    answered = frozenset(now.exercises) | frozenset(now.predictions)
    exercises, texts = _by_lesson(numbers()), all_texts()
    lessons = []
    for lesson in sorted({*exercises, *texts}):
        predictions = tuple(texts[lesson].predictions) if lesson in texts else ()
        all_of = (*exercises.get(lesson, ()), *predictions)
        lessons.append(
            LessonProgress(lesson, tuple(exercises.get(lesson, ())), predictions, answered.intersection(all_of))
        )
    return ProgressReport(lessons)


def _row(one: LessonProgress) -> list[str]:
    return [one.lesson, _share(one.exercises, one.answered), _share(one.predictions, one.answered), ", ".join(one.open)]


def _table_row(tag: str, values: list[str]) -> str:
    return "<tr>" + "".join(f'<{tag} style="text-align:left">{value}</{tag}>' for value in values) + "</tr>"


def _share(all_of: tuple[str, ...], answered: frozenset[str]) -> str:
    return f"{sum(number in answered for number in all_of)} of {len(all_of)}" if all_of else "-"


def _by_lesson(all_of: Iterable[str]) -> dict[str, list[str]]:
    lessons: dict[str, list[str]] = {}
    for number in all_of:
        lessons.setdefault(number.partition(".")[0], []).append(number)
    return lessons
