"""The expected answers: the manifest of generated files, or the form's options on real ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeVar

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
        raise Hint(f"The answer is a {type(answer).__name__}; put one number into it.")
    return float(value)


def manifest_entries(lab: Lab, taxi: str, year: int) -> list[dict[str, Any]]:
    """The manifest's entries of a year's files; empty on real files, which have no manifest.

    Parameters:
        lab: the lab.
        taxi: `yellow` or `green`.
        year: the year of the files.
    """
    if not lab.settings.generated_data:
        return []
    return [
        entry for entry in lab.dataset.manifest()["files"].values() if (entry["taxi"], entry["year"]) == (taxi, year)
    ]


def check_form_options(lab: Lab, got: float, options: Iterable[float]) -> None:
    """On real files a homework answer is one of the form's options; generated files have no such answer.

    Parameters:
        lab: the lab.
        got: the number that the store holds.
        options: the form's numbers.

    Raises:
        Hint: it is none of them.
    """
    if not lab.settings.generated_data and got not in options:
        shown = ", ".join(f"{option:,}" for option in options)
        raise Hint(f"The store holds {got:,.0f}, and the form offers {shown}. Has every file been loaded, and once?")
