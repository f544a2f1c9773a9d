"""What each lesson must hold: nbval compares what is written in it; papermill runs it with other parameters.

The lessons of a group share one stack, the last first, and what they leave in stores is cleared: none can lean on an
earlier one.
"""

import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import papermill
import pytest

from tests.lessons.notebooks.docker import docker_settings
from tests.lessons.notebooks.first_day import clear
from tests.lessons.notebooks.parameters import OTHER
from tests.lessons.notebooks.solved import wrong_verdicts
from tests.support.stack import ROOT
from tools import lessons
from workbook.lesson_files import lesson_name

SECONDS = {
    "04b_faster_audited_load": 180,
    "05_scheduling_and_backfills": 180,
    "09_gcp_taxi_scheduled": 180,
    "10_s3_csv_to_four_stores": 180,
    "10b_four_stores_four_questions": 180,
    "11_s3_json_with_a_trigger": 180,
    "12_health_metrics_retention": 180,
    "13_insightflow": 400,
    "homework/2026": 180,
}
"""The longest that a lesson may take; 120 s where none is named. Generous against what is measured."""
SANITIZE = Path(__file__).with_name("sanitize.cfg")


def each_of(group: Sequence[Path]) -> pytest.MarkDecorator:
    """Runs the tests of `LessonRuns` for each lesson of a group, one lesson after the other.

    Parameters:
        group: in the order in which a learner reads them.
    """
    return pytest.mark.parametrize("lesson", list(reversed(group)), ids=lesson_name, scope="class")


class LessonRuns:
    """The tests of a lesson."""

    def test_outputs_are_what_is_written(self, lesson: Path, stack: dict[str, str]) -> None:
        clear(stack)
        plugins = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest"]  # the other one takes a second to load
        command = [sys.executable, "-m", "pytest", "-q", *plugins, "--nbval", "--nbval-current-env"]
        options = [f"--nbval-sanitize-with={SANITIZE}", f"--nbval-cell-timeout={lessons.CELL_SECONDS}"]
        begun = time.monotonic()
        run = subprocess.run([*command, *options, str(lesson)], cwd=ROOT, env=stack, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
        assert time.monotonic() - begun < SECONDS.get(lesson_name(lesson), 120)

    def test_solutions_are_right_between_two_runs_with_other_parameters(
        self, lesson: Path, stack: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Half of it, Run All, each solution, Run All, clean-up: on the stack that the notebook has been run on before.

        The notebook believes that it is on the Docker stack, whose settings are all that it is told.
        """
        bring_up(lesson, stack)
        for name, value in docker_settings(stack, tmp_path / "nothing").items():
            monkeypatch.setenv(name, value)
        wanted = OTHER[lesson_name(lesson)]
        assert wanted.keys() <= papermill.inspect_notebook(str(lesson)).keys()
        assert wrong_verdicts(lesson, tmp_path, wanted) == {}


def bring_up(lesson: Path, stack: dict[str, str]) -> None:
    """Start what a lesson asks for: on the Docker stack, that is the learner's to do."""
    notebook = lessons.read(lesson)
    [opening] = set(re.findall(r"workbook\.open\((.*)\)", "\n".join(cell.source for cell in notebook.cells)))
    services = ",".join(re.findall(r'"(\w+)"', opening))
    subprocess.run([sys.executable, "-m", "embedded", "up", "--only", services], cwd=ROOT, env=stack, check=True)
