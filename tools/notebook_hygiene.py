"""What every committed notebook must look like. Run as `python -m tools.notebook_hygiene [FILES]`."""

import ast
import itertools
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode, ValidationError, validate

from tools import lessons

MAX_OUTPUT_BYTES = 60_000
MAX_CELL_LINES = 10
MAX_FLOW_LINES = 20
"""How long a flow may be that a cell of a folder beside the lessons holds as a text, in addition to its code."""
EXERCISES = range(2, 5)
EXERCISES_BESIDE = range(5)
"""How many exercises a lesson has, and a notebook of a folder beside the lessons: it may have none."""
_PRIVATE = re.compile(
    r"/(home|root|Users|tmp|work)/\S|Admin1234(?!`)|\b(?:127\.0\.0\.1|localhost):(?!8080|8085|8090|8888)\d{2,5}"
)

OPENING = "import workbook  # no such module? Choose the kernel of the project's .venv"
"""Another Python shows this line with its error, and can be told nothing else."""
_PICTURE = re.compile(r"<img\b[^>]*>")
_WHOLE_PICTURE = re.compile(r'<img alt="[^"]+"[^>]* src="data:image/svg\+xml;base64,[^"]+"')
"""The form that JupyterLab without trust, nbviewer, nbconvert and code hosts all show (docs/decisions/0016)."""
_SHOWN_EVERYWHERE = {"text/plain", "text/html", "text/markdown"}
"""Kinds of output that need no extension, no widget and no kernel to be read."""


def problems(path: Path) -> list[str]:
    """What is wrong with a notebook; empty if nothing is."""
    notebook = lessons.read(path)
    allowed = EXERCISES_BESIDE if lessons.is_beside(path) else EXERCISES
    flow_lines = MAX_FLOW_LINES if lessons.is_beside(path) else 0
    found = [
        *_format(notebook),
        *_lesson(notebook),
        *_exercises(notebook, allowed),
        *_cells(notebook, flow_lines),
        *_outputs(notebook),
        *_addresses(notebook),
        *_clean_up(notebook),
    ]
    return [f"{path.name}: {text}" for text in found]


def _format(notebook: NotebookNode) -> Iterator[str]:
    try:
        validate(notebook)
    except ValidationError as error:
        yield f"it is no valid notebook: {error.message}"
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        yield "the format is older than 4.5, so cells have no lasting ids"
    if notebook.metadata.get("kernelspec", {}).get("name") != lessons.KERNEL:
        yield f"the kernel is not {lessons.KERNEL}"
    extra = set(notebook.metadata) - {"kernelspec", "language_info", lessons.OWN_METADATA}
    if extra:
        yield f"metadata that tools left behind: {sorted(extra)}"


def _lesson(notebook: NotebookNode) -> Iterator[str]:
    if not notebook.cells[0].source.startswith("# "):
        yield "the first cell is not the title"
    if sum("parameters" in lessons.tags(cell) for cell in notebook.cells) != 1:
        yield "there is not exactly one cell tagged `parameters`"
    if not any(cell.cell_type == "code" and OPENING in cell.source for cell in notebook.cells):
        yield f"no code cell has the line `{OPENING}`"


def _exercises(notebook: NotebookNode, allowed: range) -> Iterator[str]:
    exercises, solutions = lessons.exercises(notebook), lessons.solutions(notebook)
    if len(exercises) not in allowed:
        yield f"{len(exercises)} exercises; there should be {allowed.start} to {allowed.stop - 1}"
    if exercises.keys() != solutions.keys():
        yield f"exercises {sorted(exercises)} but solutions {sorted(solutions)}"


def _cells(notebook: NotebookNode, flow_lines: int) -> Iterator[str]:
    for number, cell in enumerate(notebook.cells):
        where = f"cell {number}"
        if cell.cell_type != "code":
            continue
        texts = _lines_of_texts(cell.source) if flow_lines else 0
        if len(cell.source.splitlines()) - texts > MAX_CELL_LINES:
            yield f"{where}: more than {MAX_CELL_LINES} lines of code"
        if texts > flow_lines:
            yield f"{where}: more than {flow_lines} lines of flows"
        if set(cell.metadata) - {"tags"}:
            yield f"{where}: metadata that tools left behind: {sorted(set(cell.metadata) - {'tags'})}"
        outputs = json.dumps(cell.outputs)
        if len(outputs) > MAX_OUTPUT_BYTES:
            yield f"{where}: {len(outputs)} bytes of output"
        if any(output.output_type == "error" for output in cell.outputs):
            yield f"{where}: ended in an error"
        if found := _PRIVATE.search(outputs):
            yield f"{where}: a path, a password or a chosen port in the output: {found.group()}"


def _outputs(notebook: NotebookNode) -> Iterator[str]:
    """Some pages show no HTML, some no pictures, none a widget: each output is a text too, and each picture has one."""
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if unknown := set(output.get("data", {})) - _SHOWN_EVERYWHERE:
                yield f"cell {number}: an output that not every page shows: {sorted(unknown)}"
            html, plain = (output.get("data", {}).get(f"text/{kind}", "") for kind in ("html", "plain"))
            if "<script" in html:
                yield f"cell {number}: an output that is a program, which pages leave out"
            if html and (not plain.strip() or " object at 0x" in plain or plain.startswith("<IPython")):
                yield f"cell {number}: an output has no text that a reader without HTML could read: {plain[:60]!r}"
            for picture in _PICTURE.findall(html):
                if not _WHOLE_PICTURE.match(picture):
                    yield f"cell {number}: a picture that not every page shows, or that has no text: {picture[:60]!r}"


def _addresses(notebook: NotebookNode) -> Iterator[str]:
    """Addresses are another reader's dead links: they are shown to whoever runs the cell, and compared with nothing."""
    for number, cell in enumerate(notebook.cells):
        tags = lessons.tags(cell)
        if lessons.ADDRESSES in tags and (cell.outputs or "nbval-ignore-output" not in tags):
            yield f"cell {number}: it shows addresses, so it has the tag `nbval-ignore-output` too, and no output"


def _clean_up(notebook: NotebookNode) -> Iterator[str]:
    """Run All cleans nothing up, so the text above such a cell says what does."""
    for before, cell in itertools.pairwise(notebook.cells):
        is_explained = before.cell_type != "markdown" or "`clean_up = True`" in before.source
        if cell.source.startswith("if clean_up:") and not is_explained:
            yield f"the text above the clean-up does not name its switch: {before.source[:60]!r}"


def _lines_of_texts(source: str) -> int:
    """The lines of code that are inside of a text of several lines, such as a flow."""
    texts = (ast.Constant, ast.JoinedStr)
    inner = (
        range(node.lineno, node.end_lineno or 0) for node in ast.walk(ast.parse(source)) if isinstance(node, texts)
    )
    return len({line for lines in inner for line in lines})


def main() -> None:
    """Print every problem and leave with 1 if there is one."""
    paths = [Path(name) for name in sys.argv[1:]] or lessons.all_lessons()
    found = [problem for path in paths for problem in problems(path)]
    print("\n".join(found) if found else f"{len(paths)} notebooks are clean")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
