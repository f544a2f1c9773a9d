"""The lessons as the tests see them: where they are, their tagged cells, and copies with the solutions filled in."""

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from workbook.lesson_files import SIDE_FOLDERS, all_lessons, is_chosen

KERNEL = "python3"
PARAMETERS = "parameters"
ADDRESSES = "addresses"
"""The tag of a cell that shows addresses of the machine that it runs on: its output is not kept."""
CELL_SECONDS = 300
OWN_METADATA = "workbook"
"""What the project itself says in a notebook's metadata, such as how long a cell may take."""
_FENCED = re.compile(r"```python\n(.*?)```", re.DOTALL)


def chosen(names: list[str]) -> list[Path]:
    """The notebooks whose names begin with one of `names`; all if there are none."""
    return [path for path in all_lessons() if not names or is_chosen(path, names)]


def is_beside(path: Path) -> bool:
    """Whether a notebook is in one of the folders beside the numbered lessons, such as `concepts`."""
    return path.parent.name in SIDE_FOLDERS


def read(path: Path) -> NotebookNode:
    """The notebook, which must be of the current format."""
    return nbformat.read(path, as_version=4)


def tags(cell: NotebookNode) -> list[str]:
    """The tags of a cell."""
    return cell.metadata.get("tags", [])


def exercises(notebook: NotebookNode, tag: str = "exercise") -> dict[str, NotebookNode]:
    """The exercise cells by their number, such as `01.2`; those alone that have a further tag, if there is one."""
    return {number: cell for number, cell in _numbered(notebook, "exercise-").items() if tag in tags(cell)}


def predictions(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The cells that take a guess, by the number of the prediction, such as `01.a`."""
    return _numbered(notebook, "predict-")


def solutions(notebook: NotebookNode) -> dict[str, str]:
    """The code of the folded solutions by their exercise's number."""
    return {number: _code(cell) for number, cell in _numbered(notebook, "solution-").items()}


def solved_between_two_runs(notebook: NotebookNode) -> NotebookNode:
    """What a learner does: stop half-way, Run All, each exercise, Run All again, and the clean-up at last.

    The parameters stay those of the first run. The solutions' cells have the tags of their exercises and `solved`.
    """
    first, answers = notebook.cells, solutions(notebook)
    half_way = first[: len(first) // 2]
    solved = [_copy(cell, answers[number], *tags(cell), "solved") for number, cell in exercises(notebook).items()]
    every = [cell for cell in first if cell.cell_type == "code" and PARAMETERS not in tags(cell)]
    clean_up = [cell for cell in every if cell.source.startswith("if clean_up:")]
    switch = nbformat.v4.new_code_cell("clean_up = True")
    notebook.cells = [*half_way, *_copies(every), *solved, *_copies(every), switch, *_copies(clean_up)]
    return notebook


def _copies(cells: list[NotebookNode]) -> list[NotebookNode]:
    return [_copy(cell, cell.source) for cell in cells]


def _copy(cell: NotebookNode, source: str, *with_tags: str) -> NotebookNode:
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(with_tags)})


def _numbered(notebook: NotebookNode, prefix: str) -> dict[str, NotebookNode]:
    return {tag.removeprefix(prefix): cell for cell in notebook.cells for tag in tags(cell) if tag.startswith(prefix)}


def _code(cell: NotebookNode) -> str:
    found = _FENCED.search(cell.source)
    assert found, f"no fenced Python in the solution: {cell.source[:80]}"
    return found.group(1).strip()
