"""One stack for all lessons, and which tests are slow."""

from collections.abc import Iterator

import pytest

from tests.support.stack import own_stack

LONG = ("05", "08", "09", "10", "11", "12", "13", "14", "homework", "concepts")
"""Lessons that take half a minute or more, or are many: their further runs are left to `make test ALL=1`."""
LONGEST_SECONDS = 1800
"""Of such a further run: lesson 13 and its solutions run dbt a dozen times."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the second runs of long lessons."""
    for item in items:
        parameter = item.name.partition("[")[2]
        if item.name.startswith("test_solutions_are_right") and parameter.startswith(LONG):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(LONGEST_SECONDS))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a stack that has Kestra; lessons start what else they need."""
    with own_stack(tmp_path_factory.mktemp("lessons"), "kestra") as environment:
        yield environment
