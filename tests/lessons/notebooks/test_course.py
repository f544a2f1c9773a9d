"""The lessons of the course and its homework."""

import os
from pathlib import Path

from tests.lessons.notebooks.groups import COURSE
from tests.lessons.notebooks.lesson_runs import LessonRuns, each_of
from tests.support.stack import ROOT


@each_of(COURSE)
class TestCourse(LessonRuns):
    """Lessons 00 to 09, 14 to 16, and the homework."""


def test_the_environment_names_no_learner(stack: dict[str, str]) -> None:
    """The tests' stack is not the learner's: other folders, and ports that were free."""
    assert not Path(stack["EMBEDDED_HOME"]).is_relative_to(ROOT)
    assert stack["KESTRA_URL"] != os.environ.get("KESTRA_URL")
