"""The register of the exercises, and the verdicts on answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from workbook import theme
from workbook.errors import ServerDown, WorkbookError
from workbook.learning.answers import is_blank
from workbook.learning.card import Card
from workbook.learning.texts import texts_of

if TYPE_CHECKING:
    from workbook.lab import Lab

Check = Callable[["Lab", Any], str]


class Hint(Exception):
    """Raised by a check: the answer is wrong. The text is what a good tutor says about that mistake."""


class Blank(Exception):
    """Raised by a check: the answer has not been filled in yet."""


@dataclass(frozen=True)
class Verdict:
    """The verdict on an answer.

    Attributes:
        exercise: the exercise's number, such as `01.1`.
        kind: `right`, `hint` or `blank`.
        text: why it matters, what to try, or a nudge.
    """

    exercise: str
    kind: str
    text: str

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.kind == "right"

    @property
    def blank(self) -> bool:
        """Whether there was no answer yet."""
        return self.kind == "blank"

    @property
    def card(self) -> Card:
        """How the verdict shows."""
        mark, word, colour = _LOOKS[self.kind]
        return Card(mark, f"{self.exercise} {word}", self.text, colour)

    def __str__(self) -> str:
        return str(self.card)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return self.card.html()


_LOOKS = {
    "right": ("✓", "right", theme.GREEN),
    "hint": ("✗", "not yet", theme.VERMILLION),
    "blank": ("…", "open", theme.GREY),
}
_NUDGE = "not answered yet. Replace the three dots with your answer and run this cell again."
_HELP = ' Stuck? workbook.hint("{number}") helps.'
_checks: dict[str, Check] = {}
_results: dict[str, Verdict] = {}


def exercise(number: str) -> Callable[[Check], Check]:
    """Register a check under an exercise's number.

    The check takes the lab and the answer. It returns the sentence that a right answer earns, or raises `Hint` or
    `Blank`.

    Raises:
        ValueError: the number is taken by another check.
    """

    def register(check: Check) -> Check:
        """Keep the check under the number."""
        taken = _checks.get(number)
        if taken is not None and taken.__qualname__ != check.__qualname__:
            raise ValueError(f"exercise {number} is defined twice: {taken.__qualname__}, {check.__qualname__}")
        _checks[number] = check
        return check

    return register


def numbers() -> list[str]:
    """The numbers of all exercises."""
    _load()
    return sorted(_checks)


def results() -> dict[str, Verdict]:
    """The last verdict of each exercise that was checked in this process."""
    return dict(_results)


def judge(lab: Lab, number: str, answer: Any) -> Verdict:
    """The verdict on an answer. A learner's mistake never raises.

    Parameters:
        lab: the lab to check against.
        number: the exercise, such as `01.1`.
        answer: the learner's answer.

    Raises:
        WorkbookError: there is no such exercise.
        ServerDown: the stack is not there to check against.
    """
    _load()
    if number not in _checks:
        raise WorkbookError(f"There is no exercise {number!r}. There are {', '.join(sorted(_checks)) or 'none'}.")
    kind, text = _outcome(_checks[number], lab, answer)
    texts = texts_of(number)
    if kind == "blank" and texts and number in texts.hints:
        text += _HELP.format(number=number)
    verdict = Verdict(number, kind, text)
    _results[number] = verdict
    return verdict


def _outcome(check: Check, lab: Lab, answer: Any) -> tuple[str, str]:
    if is_blank(answer):
        return "blank", _NUDGE
    try:
        return "right", check(lab, answer)
    except Hint as hint:
        return "hint", str(hint)
    except Blank:
        return "blank", _NUDGE
    except ServerDown:
        raise
    except WorkbookError as error:
        return "hint", str(error)
    # An answer of any shape may upset a check in any way, and none of them may stop a learner's Run All.
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        return "hint", f"the check stumbled over this answer ({reason}). Is it what was asked for?"


def _load() -> None:
    package = import_module("workbook.exercises")
    for module in iter_modules(package.__path__):
        if module.name.startswith("lesson_"):
            import_module(f"{package.__name__}.{module.name}")
