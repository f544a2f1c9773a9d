"""Every lesson on a fresh stack: nbval compares what is written in it; papermill runs it with other parameters."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import papermill
import pytest

from tests.notebooks import lessons
from tests.notebooks.hygiene import problems
from tests.notebooks.parameters import OTHER
from tests.stack import ROOT, own_stack

LESSONS = lessons.all_lessons()
SECONDS = {
    "05_scheduling_and_backfills": 180,
    "09_gcp_taxi_scheduled": 180,
    "10_s3_csv_to_four_stores": 180,
    "11_s3_json_with_a_trigger": 180,
    "12_health_metrics_retention": 180,
    "13_insightflow": 400,
}
"""The longest that a lesson may take; 120 s where none is named. Generous against what is measured."""
SANITIZE = ROOT / "tests" / "notebooks" / "sanitize.cfg"
RIGHT = "✓"


@pytest.fixture(scope="module", params=LESSONS, ids=lambda path: path.stem)
def lesson(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict]]:
    """A notebook and the environment of a fresh stack that serves nothing else."""
    with own_stack(tmp_path_factory.mktemp(request.param.stem), "kestra") as environment:
        yield request.param, environment


def test_all_six_lessons_are_there() -> None:
    assert [path.name[:2] for path in LESSONS][:6] == ["00", "01", "02", "03", "04", "05"]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_notebook_is_clean(path: Path) -> None:
    assert problems(path) == []


def test_outputs_are_what_is_written(lesson: tuple[Path, dict]) -> None:
    path, environment = lesson
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
    options = [f"--nbval-sanitize-with={SANITIZE}", f"--nbval-cell-timeout={lessons.CELL_SECONDS}"]
    begun = time.monotonic()
    run = subprocess.run([*command, *options, str(path)], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
    assert time.monotonic() - begun < SECONDS.get(path.stem, 120)


def test_solutions_are_right_with_other_parameters(
    lesson: tuple[Path, dict], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the stack that the notebook has been run on before: a second run must find its way too."""
    path, environment = lesson
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    notebook = lessons.solved(lessons.read(path))
    wanted = OTHER[path.stem]
    assert wanted.keys() <= papermill.inspect_notebook(str(path)).keys()
    nbformat.write(notebook, tmp_path / path.name)
    executed = papermill.execute_notebook(
        str(tmp_path / path.name),
        str(tmp_path / f"done_{path.name}"),
        parameters=wanted,
        kernel_name=lessons.KERNEL,
        cwd=str(lessons.FOLDER),
        progress_bar=False,
        execution_timeout=lessons.CELL_SECONDS,
    )
    verdicts = {number: _text(cell) for number, cell in lessons.exercises(executed).items()}
    assert verdicts
    assert {number: RIGHT in text for number, text in verdicts.items()} == dict.fromkeys(verdicts, True), verdicts


def _text(cell: nbformat.NotebookNode) -> str:
    return "".join(str(output.get("text") or output.get("data", {}).get("text/plain", "")) for output in cell.outputs)


def test_the_environment_names_no_learner(lesson: tuple[Path, dict]) -> None:
    """The tests' stack is not the learner's: other folders, and ports that were free."""
    _, environment = lesson
    assert not Path(environment["EMBEDDED_HOME"]).is_relative_to(ROOT)
    assert environment["KESTRA_URL"] != os.environ.get("KESTRA_URL")
