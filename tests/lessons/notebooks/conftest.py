"""One stack for the lessons of a group, and which tests are slow."""

from collections.abc import Iterator

import pytest

from tests.support.other_source import other_source
from tests.support.stack import own_stack

pytest.register_assert_rewrite("tests.lessons.notebooks.lesson_runs")

TWICE = ("01",)
"""Lessons that every run runs a second time, stopped half-way and solved; the others' are left to `make test ALL=1`."""
WEEKLY = "test_outputs_are_what_is_written[homework/2026]"
"""All of the homework, two years of loads: every run fills in a half of it (test_homework.py)."""
LONGEST_SECONDS = 1800
"""Of such a further run: lesson 13 and its solutions run dbt a dozen times."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the second runs of most lessons, and the longest notebook."""
    for item in items:
        if item.name == WEEKLY:
            item.add_marker(pytest.mark.slow)
        parameter = item.name.partition("[")[2]
        if item.name.startswith("test_solutions_are_right") and not parameter.startswith(TWICE):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(LONGEST_SECONDS))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a stack that has Kestra; lessons start what else they need."""
    with own_stack(tmp_path_factory.mktemp("lessons"), "kestra") as environment:
        yield environment


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a stack whose flows read from a second data server, with other rows."""
    with (
        other_source(tmp_path_factory.mktemp("source"), rows=3_000) as url,
        own_stack(tmp_path_factory.mktemp("elsewhere"), "kestra", "postgres", "dataset", TAXI_BASE_URL=url) as stack,
    ):
        yield {**stack, "TAXI_BASE_URL": url}
