"""`workbook.hint`: hints to an exercise, one more at each call, its solution last."""

from __future__ import annotations

import json
import re
from collections import Counter

from workbook import theme
from workbook.errors import WorkbookError
from workbook.learning.card import Card
from workbook.learning.texts import LessonTexts, texts_of
from workbook.project import ROOT

_FENCED = re.compile(r"```python\n(.*?)```", re.DOTALL)
_shown: Counter[str] = Counter()


def hint(number: str) -> Card:
    """The next hint to an exercise; after the last one, the solution.

    Parameters:
        number: the exercise, such as `01.1`.

    Raises:
        WorkbookError: there are no hints to such an exercise.
    """
    texts = texts_of(number)
    if texts is None or number not in texts.hints:
        raise WorkbookError(f"There are no hints to an exercise {number!r}.")
    hints = texts.hints[number]
    grade = _shown[number]
    _shown[number] += 1
    if grade < len(hints):
        more = "the solution" if grade + 1 == len(hints) else "the next hint"
        return Card("?", f"{number} hint {grade + 1}", f"{hints[grade]}\nRun this again for {more}.", theme.SKY)
    text = "Type it rather than copy it, and change a part of it afterwards."
    return Card("?", f"{number} solution", text, theme.SKY, _solution(texts, number))


def _solution(texts: LessonTexts, number: str) -> str:
    """The code of an exercise's folded solution, from the project's own notebook."""
    path = ROOT / "notebooks" / f"{texts.notebook}.ipynb"
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        found = _FENCED.search("".join(cell["source"]))
        if found and f"solution-{number}" in cell["metadata"].get("tags", []):
            return found[1].strip()
    raise WorkbookError(f"The notebook {texts.notebook} has no solution to {number}.")
