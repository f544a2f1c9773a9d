"""`workbook.predict`: a guess before a cell, and what happened beside it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from IPython.core.getipython import get_ipython

from workbook import notebook, theme
from workbook.learning import kept
from workbook.learning.answers import is_blank
from workbook.learning.card import Card
from workbook.learning.texts import Prediction, prediction


def predict(number: str, guess: Any) -> Card | None:
    """Take a guess at what the next cell will do; when that cell has run, it stands beside what happened.

    A guess that is left open shows nothing, and nothing depends on one.

    Parameters:
        number: of the prediction, such as `01.a`.
        guess: the letter of a choice, or three dots.

    Raises:
        WorkbookError: there is no such prediction.
    """
    asked = prediction(number)
    if is_blank(guess):
        return None
    letter = str(guess).strip().lower()
    if letter not in asked.choices or len(letter) != 1:
        choices = ", ".join(f'"{choice}"' for choice in asked.choices)
        return Card("…", f"{number} open", f"{guess!r} is none of the choices. Write one of {choices}.", theme.GREY)
    kept.keep_prediction(number, letter)
    if not notebook.in_kernel():
        return outcome(asked, letter)
    _after_next_cell(lambda: notebook.show(str(outcome(asked, letter)), outcome(asked, letter).html()))
    return Card("…", f"{number} noted", f"You say {letter}. Run the next cell.", theme.BLUE)


def outcome(asked: Prediction, letter: str) -> Card:
    """What happened, beside a guess."""
    if letter == asked.right:
        return Card("✓", f"{asked.number} as you predicted, {letter}", asked.because, theme.GREEN)
    heading = f"{asked.number} you predicted {letter}, and it was {asked.right}"
    return Card("≠", heading, asked.because, theme.ORANGE)


def _after_next_cell(show: Callable[[], None]) -> None:
    """Call `show` once, when the cell after the present one has run without an error."""
    shell: Any = get_ipython()
    cells = 0

    def ended(result: Any) -> None:
        """Count the cells that ended: the first is the one with the guess."""
        nonlocal cells
        cells += 1
        if cells > 1 and result.success:
            shell.events.unregister("post_run_cell", ended)
            show()

    shell.events.register("post_run_cell", ended)
