"""With `TAXI_BASE_URL` at other files than the generated ones, what compares takes its truth from those files."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lessons.notebooks.solved import wrong_verdicts
from tests.support.other_source import other_source
from tests.support.stack import ROOT, own_stack
from tools import lessons

SERVICES = ("kestra", "postgres", "dataset", "gcp")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a stack whose flows read from a second data server, with other rows."""
    with (
        other_source(tmp_path_factory.mktemp("source"), rows=3_000) as url,
        own_stack(tmp_path_factory.mktemp("elsewhere"), *SERVICES, TAXI_BASE_URL=url) as stack,
    ):
        yield {**stack, "TAXI_BASE_URL": url}


SLOW = (pytest.mark.slow, pytest.mark.timeout(1800))
LONG = [pytest.param(lesson, marks=SLOW) for lesson in ("05", "08", "09", "homework")]


@pytest.mark.parametrize("lesson", ["04", *LONG])
def test_lessons_pass_on_other_files(elsewhere: dict[str, str], lesson: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "workbook", "run", "--to", str(tmp_path), lesson]
    run = subprocess.run(command, cwd=ROOT, env=elsewhere, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 of 1" in run.stdout


@pytest.mark.parametrize("lesson", [pytest.param(lesson, marks=SLOW) for lesson in ("04", "05", "08", "09")])
def test_solutions_are_right_on_other_files(
    elsewhere: dict[str, str], lesson: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in elsewhere.items():
        monkeypatch.setenv(name, value)
    [path] = lessons.chosen([lesson])
    assert wrong_verdicts(path, tmp_path, {"clean_up": False}) == {}
