"""The expected answers: what the source holds, and on the public files the form's options."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeVar

from workbook.exercises.learner_flow import kind
from workbook.exercises.registry import Hint

if TYPE_CHECKING:
    from workbook.lab import Lab

Found = TypeVar("Found")
LAG_SECONDS, POLL_SECONDS = 4.0, 0.25


def search_again(find: Callable[[], Found]) -> Found:
    """Search until `find` returns something, for some seconds: a search sees an execution a moment after its end."""
    give_up = time.monotonic() + LAG_SECONDS
    while not (result := find()) and time.monotonic() < give_up:
        time.sleep(POLL_SECONDS)
    return result


def number(answer: Any) -> float:
    """The answer as a number.

    Raises:
        Hint: it is none.
    """
    value = answer.item() if getattr(answer, "size", None) == 1 and hasattr(answer, "item") else answer
    if isinstance(value, bool) or not isinstance(value, Real):
        raise Hint(f"The answer is {kind(answer)}; put one number into it.")
    return float(value)


def compare_with_source(lab: Lab, loaded: Mapping[str, int]) -> None:
    """Each file that was loaded must be as long as the source has it.

    Of the public files, one is fetched again and counted; of several, the form knows the sum (`check_form_options`).

    Parameters:
        lab: the lab.
        loaded: rows of each file in the store, by the unpacked file's name.

    Raises:
        Hint: a file is not as in the source.
    """
    if lab.settings.public_data and len(loaded) > 1:
        return
    for name, rows in sorted(loaded.items()):
        wanted = lab.dataset.source(name)["rows"]
        if rows != wanted:
            raise Hint(f"You counted right, but {name} has {rows:,} trips and the source {wanted:,}. Load it again.")


def is_from_the_form(lab: Lab, got: float, options: Iterable[float]) -> bool:
    """Whether an answer was taken from the homework's form, though other files than the public ones were loaded.

    Parameters:
        lab: the lab.
        got: the answer.
        options: the form's numbers.
    """
    return not lab.settings.public_data and got in options


FORM_ADVICE = "is on the homework's form, which is about the public files. Yours are other files: answer for those."


def check_form_options(lab: Lab, got: float, options: Iterable[float]) -> None:
    """On the public files a homework answer is one of the form's options; other files have no such answer.

    Parameters:
        lab: the lab.
        got: the number that the store holds.
        options: the form's numbers.

    Raises:
        Hint: it is none of them.
    """
    if lab.settings.public_data and got not in options:
        shown = ", ".join(f"{option:,}" for option in options)
        raise Hint(f"The store holds {got:,.0f}, and the form offers {shown}. Has every file been loaded, and once?")
