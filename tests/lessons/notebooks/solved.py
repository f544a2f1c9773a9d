"""Runs a lesson as a learner does who solves it: half of it, Run All, each solution, Run All again, clean-up."""

from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode

from tools import lessons

RIGHT = "✓"


def wrong_verdicts(lesson: Path, folder: Path, parameters: dict[str, Any]) -> dict[str, str]:
    """What `check` says to the solutions that it does not take, by exercise.

    The notebook runs in the environment of this process.

    Parameters:
        lesson: the notebook.
        folder: an empty one, for copies of it.
        parameters: other values than those of its cell `parameters`.
    """
    notebook = lessons.read(lesson)
    solutions = lessons.solutions(notebook)
    nbformat.write(lessons.solved_between_two_runs(notebook), folder / lesson.name)
    executed = papermill.execute_notebook(
        str(folder / lesson.name),
        str(folder / f"done_{lesson.name}"),
        parameters=parameters,
        kernel_name=lessons.KERNEL,
        cwd=str(lesson.parent),
        progress_bar=False,
        execution_timeout=lessons.CELL_SECONDS,
    )
    verdicts = {number: _text(cell) for number, cell in lessons.exercises(executed, "solved").items()}
    assert verdicts.keys() == solutions.keys()
    return {number: text for number, text in verdicts.items() if RIGHT not in text}


def _text(cell: NotebookNode) -> str:
    return "".join(str(output.get("text") or output.get("data", {}).get("text/plain", "")) for output in cell.outputs)
