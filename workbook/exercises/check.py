"""`workbook.check`: shows the verdict on an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook import notebook
from workbook.exercises.registry import Verdict, judge
from workbook.learning import kept

if TYPE_CHECKING:
    from workbook.lab import Lab


def check(lab: Lab, number: str, answer: Any) -> Verdict:
    """Say whether an answer is right, with a hint if it is not. A wrong or an open answer never stops a notebook.

    A notebook shows the verdict as the value of the cell, a terminal prints it. It is kept in
    `workbook.exercises.results()`, and a right one in the learner's progress.

    Parameters:
        lab: the lab to check against.
        number: the exercise, such as `01.1`.
        answer: what the exercise asks for.
    """
    verdict = judge(lab, number, answer)
    if verdict.right:
        kept.keep_exercise(number)
    if not notebook.in_kernel():
        print(verdict)
    return verdict
