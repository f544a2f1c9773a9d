"""With `TAXI_BASE_URL` at other files than the generated ones, what compares takes its truth from those files."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.other_source import other_source
from tests.support.stack import ROOT, own_stack

SERVICES = ("kestra", "postgres", "dataset", "gcp")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a stack whose flows read from a second data server, with other rows."""
    with (
        other_source(tmp_path_factory.mktemp("source"), rows=3_000) as url,
        own_stack(tmp_path_factory.mktemp("elsewhere"), *SERVICES, TAXI_BASE_URL=url) as stack,
    ):
        yield {**stack, "TAXI_BASE_URL": url}


LONG = [pytest.param(lesson, marks=pytest.mark.slow) for lesson in ("05", "08", "09", "homework")]


@pytest.mark.parametrize("lesson", ["04", *LONG])
def test_lessons_pass_on_other_files(elsewhere: dict[str, str], lesson: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "workbook", "run", "--to", str(tmp_path), lesson]
    run = subprocess.run(command, cwd=ROOT, env=elsewhere, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 of 1" in run.stdout
