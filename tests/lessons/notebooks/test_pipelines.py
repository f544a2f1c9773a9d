"""The lessons about pipelines into four stores, and on AWS."""

from tests.lessons.notebooks.groups import PIPELINES
from tests.lessons.notebooks.lesson_runs import LessonRuns, each_of


@each_of(PIPELINES)
class TestPipelines(LessonRuns):
    """Lessons 10 to 13."""
