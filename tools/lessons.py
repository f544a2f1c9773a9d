"""The lessons as the tests see them: where they are, their tagged cells, and copies with the solutions filled in."""

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "notebooks"
KERNEL = "python3"
CELL_SECONDS = 300
_FENCED = re.compile(r"```python\n(.*?)```", re.DOTALL)


def all_lessons() -> list[Path]:
    """The notebooks in the order in which they are read."""
    return sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))


def chosen(names: list[str]) -> list[Path]:
    """The notebooks whose names begin with one of `names`; all if there are none."""
    return [path for path in all_lessons() if not names or path.name.startswith(tuple(names))]


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
