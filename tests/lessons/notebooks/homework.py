"""Fills in the homework as a learner does: guesses typed, cells run, the answer sheet written."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill

from tools import lessons

[NOTEBOOK] = lessons.chosen(["homework/2026"])
QUESTIONS = range(1, 7)
QUICK = ("load-december", "measure", "answer-1", "load-april", "load-march", "show-sheet")
"""Cells that answer a half of the questions without a backfill."""
TAGGED = ("parameters", "open")
SHEET = "from pathlib import Path\n\nimport workbook.homework\n\nworkbook.homework.SHEET = Path({!r})"
"""A sheet of the test's own: each other notebook that runs at the same time writes the learner's."""
LINK = re.compile(r"\[(\w+)\]\((\S+?)\)")


@dataclass(frozen=True)
class Answer:
    """A row of the sheet.

    Attributes:
        links: to the executions that prove it: the id and the address of each.
    """

    found: str
    option: str
    links: list[tuple[str, str]]


def filled_sheet(folder: Path, guesses: dict[str, str], cells: Collection[str] = ()) -> dict[int, Answer]:
    """Run the homework in the environment of this process; gives what its sheet says of each question.

    Parameters:
        folder: an empty one.
        guesses: a letter for each prediction, which is typed into its cell.
        cells: the ids of those that run beside the first ones; all if there are none.
    """
    notebook, sheet = lessons.read(NOTEBOOK), folder / "sheet.md"
    if cells:
        notebook.cells = [cell for cell in notebook.cells if cell.id in (*TAGGED, *cells) or _is_guess(cell)]
    for number, cell in lessons.predictions(notebook).items():
        cell.source = cell.source.replace("...", repr(guesses[number]), 1)
    opened = next(at for at, cell in enumerate(notebook.cells) if cell.id == "open")
    notebook.cells.insert(opened + 1, nbformat.v4.new_code_cell(SHEET.format(str(sheet))))
    nbformat.write(notebook, folder / NOTEBOOK.name)
    papermill.execute_notebook(
        str(folder / NOTEBOOK.name),
        str(folder / f"done_{NOTEBOOK.name}"),
        parameters={"loop_months": ["01"]},
        kernel_name=lessons.KERNEL,
        cwd=str(NOTEBOOK.parent),
        progress_bar=False,
        execution_timeout=lessons.CELL_SECONDS,
    )
    return read_sheet(sheet.read_text())


def _is_guess(cell: nbformat.NotebookNode) -> bool:
    return any(tag.startswith("predict-") for tag in lessons.tags(cell))


def read_sheet(text: str) -> dict[int, Answer]:
    """The rows of a sheet by the number of their question."""
    rows = [[part.strip() for part in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return {
        int(number): Answer(found.strip("`"), option, LINK.findall(links))
        for number, found, option, links in rows
        if number.isdigit()
    }
