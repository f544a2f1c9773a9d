"""Runs the lessons headless with papermill: `python -m workbook run [--to FOLDER] [-p NAME VALUE] [LESSON ...]`."""

import argparse
import difflib
import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import papermill
import yaml
from papermill.exceptions import PapermillExecutionError

from workbook.lesson_files import all_lessons, is_chosen, lesson_name

KERNEL = "python3"
CELL_SECONDS = 900
"""The longest that a cell may take, where its notebook does not say another time."""
QUIET_KERNEL = ["--IPKernelApp.log_level=ERROR"]
"""Keeps the kernel's warning about TCP out of the table: it listens on this machine only."""
MESSAGE_LINES = 12


@dataclass(frozen=True)
class LessonRun:
    """How one lesson ended: its name, the seconds it took, the executed notebook, and the error's text if it failed."""

    name: str
    seconds: float
    executed: Path
    error: str = ""

    @property
    def result(self) -> str:
        """The word for the table."""
        return "failed" if self.error else "passed"


def lessons(chosen: list[str]) -> list[Path]:
    """The notebooks whose names begin with one of `chosen`, in order; all of them if none is chosen.

    Raises:
        SystemExit: a name fits no lesson.
    """
    notebooks = all_lessons()
    for name in chosen:
        if not any(is_chosen(path, [name]) for path in notebooks):
            sys.exit(f"No lesson begins with {name!r}. There are: {', '.join(map(lesson_name, notebooks))}")
    return [path for path in notebooks if not chosen or is_chosen(path, chosen)]


def parameters_of(notebook: Path, given: Mapping[str, str]) -> dict[str, Any]:
    """The values for a lesson's cell `parameters`, of the kind that the cell has: `02` stays the text of a month.

    Parameters:
        notebook: the lesson.
        given: texts by name; those that the lesson does not have are left out.
    """
    known = papermill.inspect_notebook(str(notebook))
    wanted = {name: given[name] for name in known if name in given}
    return {name: _value(text, known[name]["default"]) for name, text in wanted.items()}


def check_names(notebooks: Sequence[Path], given: Iterable[str]) -> None:
    """Refuse a parameter that no lesson of these has.

    Raises:
        SystemExit: which, the nearest that there is, and all there are.
    """
    known = sorted({name for path in notebooks for name in papermill.inspect_notebook(str(path))})
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            which = lesson_name(notebooks[0]) if len(notebooks) == 1 else "these lessons"
            sys.exit(f"There is no parameter {name!r} in {which}.{hint} There are: {', '.join(known)}")


def cell_seconds(notebook: Path) -> int:
    """The longest that a cell of a lesson may take: `cell_seconds` under `workbook` in the notebook's metadata.

    Parameters:
        notebook: the lesson.
    """
    metadata = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
    return int(metadata.get("workbook", {}).get("cell_seconds", CELL_SECONDS))


def run_lesson(notebook: Path, folder: Path, given: Mapping[str, str]) -> LessonRun:
    """Execute one lesson.

    Parameters:
        notebook: the lesson.
        folder: where the executed notebook goes.
        given: texts of parameters by name; those that the lesson does not have are left out.
    """
    executed = (folder / lesson_name(notebook)).with_suffix(".ipynb")
    executed.parent.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    error = ""
    try:
        papermill.execute_notebook(
            str(notebook),
            str(executed),
            parameters=parameters_of(notebook, given),
            kernel_name=KERNEL,
            cwd=str(notebook.parent),
            progress_bar=False,
            execution_timeout=cell_seconds(notebook),
            extra_arguments=QUIET_KERNEL,
        )
    except PapermillExecutionError as failure:
        error = f"cell {failure.exec_count}: {failure.ename}: {failure.evalue}"
    return LessonRun(lesson_name(notebook), time.monotonic() - begun, executed, error)


def table(runs: list[LessonRun]) -> str:
    """The runs as lines of text: lesson, seconds, result."""
    width = max(len(run.name) for run in runs)
    lines = [f"{'lesson':{width}}  {'seconds':>7}  result"]
    lines += [f"{run.name:{width}}  {run.seconds:7.1f}  {run.result}" for run in runs]
    total = sum(run.seconds for run in runs)
    return "\n".join([*lines, f"{'all':{width}}  {total:7.1f}  {sum(not run.error for run in runs)} of {len(runs)}"])


def run(options: argparse.Namespace) -> int:
    """Run lessons and print their table; 0 if all passed, 1 if one failed."""
    notebooks, given = lessons(options.lesson), dict(options.parameter)
    check_names(notebooks, given)
    folder = Path(options.to, datetime.now().strftime("%Y-%m-%d_%H%M%S")).absolute()
    folder.mkdir(parents=True)
    width = max(len(lesson_name(path)) for path in notebooks)
    runs = []
    for notebook in notebooks:
        print(f"{lesson_name(notebook):{width}} ", end="", flush=True)
        runs.append(run_lesson(notebook, folder, {"clean_up": "true"} | given))
        print(f"{runs[-1].seconds:6.1f} s  {runs[-1].result}", flush=True)
        if runs[-1].error:
            print("\n".join(runs[-1].error.splitlines()[:MESSAGE_LINES]), flush=True)
    print(f"\n{table(runs)}\n\nExecuted notebooks: {folder}")
    return int(any(lesson.error for lesson in runs))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("lesson", nargs="*", help="how a lesson's name begins, such as 01 or 04_postgres")
    parser.add_argument("--to", default="runs", help="folder for the executed notebooks")
    parser.add_argument("-p", "--parameter", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"))


def _value(text: str, default: str) -> Any:
    """A parameter as YAML reads it, or as it is where the lesson's own value is a text.

    Parameters:
        text: what was given.
        default: the lesson's own value, as its cell says it.
    """
    return text if default.startswith(("'", '"')) else yaml.safe_load(text)
