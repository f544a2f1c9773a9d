"""The notebooks of concepts."""

from tests.lessons.notebooks.groups import CONCEPTS
from tests.lessons.notebooks.lesson_runs import LessonRuns, each_of


@each_of(CONCEPTS)
class TestConcepts(LessonRuns):
    """All of the folder `concepts`."""
