"""With `TAXI_BASE_URL` at other files than the generated ones, what compares takes its truth from those files.

Lessons run weekly; each run of the tests loads such files, and compares, in test_homework.py.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.lessons.notebooks.solved import wrong_verdicts
from tests.support.stack import ROOT
from tools import lessons

SLOW = (pytest.mark.slow, pytest.mark.timeout(1800))
LESSONS = [pytest.param(lesson, marks=SLOW) for lesson in ("04_", "05", "08", "09")]


@pytest.mark.parametrize("lesson", LESSONS)
def test_lessons_pass_on_other_files(elsewhere: dict[str, str], lesson: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "workbook", "run", "--to", str(tmp_path), lesson]
    run = subprocess.run(command, cwd=ROOT, env=elsewhere, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 of 1" in run.stdout


@pytest.mark.parametrize("lesson", LESSONS)
def test_solutions_are_right_on_other_files(
    elsewhere: dict[str, str], lesson: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in elsewhere.items():
        monkeypatch.setenv(name, value)
    [path] = lessons.chosen([lesson])
    assert wrong_verdicts(path, tmp_path, {"clean_up": False}) == {}
