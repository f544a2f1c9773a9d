"""The lessons on the engine of Kestra 2.0, as they are: the client imports their flows as 2.0 takes them. Weekly."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.stack import ROOT, own_stack
from tools import lessons
from workbook.lesson_files import lesson_name

BOTH = "16_moving_to_kestra_2"
"""It compares with 1.3, and has an engine of 2.0 of its own."""
LESSONS = [path for path in lessons.all_lessons() if not lessons.is_beside(path) and lesson_name(path) != BOTH]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a stack whose engine is that of 2.0; lessons start what else they need."""
    with own_stack(tmp_path_factory.mktemp("lessons-2"), "kestra", KESTRA_VERSION="2.0") as environment:
        yield environment


@pytest.mark.parametrize("lesson", LESSONS, ids=lesson_name)
def test_a_lesson_passes_on_2_0(stack: dict[str, str], lesson: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "workbook", "run", "--to", str(tmp_path), lesson_name(lesson)]
    run = subprocess.run(command, cwd=ROOT, env=stack, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
