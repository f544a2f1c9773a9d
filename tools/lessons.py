"""The lessons as the tests see them: where they are, their tagged cells, and copies with the solutions filled in."""

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from workbook.lesson_files import SIDE_FOLDERS, all_lessons, is_chosen

KERNEL = "python3"
CELL_SECONDS = 300
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


def exercises(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The exercise cells by their number, such as `01.2`."""
    return _numbered(notebook, "exercise-")


def solutions(notebook: NotebookNode) -> dict[str, str]:
    """The code of the folded solutions by their exercise's number."""
    return {number: _code(cell) for number, cell in _numbered(notebook, "solution-").items()}


def solved(notebook: NotebookNode) -> NotebookNode:
    """The notebook with every exercise answered by its own solution."""
    answers = solutions(notebook)
    for number, cell in exercises(notebook).items():
        cell.source = answers[number]
    return notebook


def _numbered(notebook: NotebookNode, prefix: str) -> dict[str, NotebookNode]:
    return {tag.removeprefix(prefix): cell for cell in notebook.cells for tag in tags(cell) if tag.startswith(prefix)}


def _code(cell: NotebookNode) -> str:
    found = _FENCED.search(cell.source)
    assert found, f"no fenced Python in the solution: {cell.source[:80]}"
    return found.group(1).strip()
