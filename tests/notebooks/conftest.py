"""One stack for all lessons and their exercises, and which tests are slow."""

from collections.abc import Iterator

import pytest

from tests.stack import own_stack

LONG = ("05", "08", "09", "10", "11", "12", "13", "14")
"""Lessons that take half a minute or more: their second run, with other parameters, is left to `make test ALL=1`."""
LONG_ANSWERS = ("test_wrong_answer_gets_its_hint[13.1-3]",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the second runs of long lessons, and a wrong answer that takes a whole pipeline."""
    for item in items:
        parameter = item.name.partition("[")[2]
        second_run = item.name.startswith("test_solutions_are_right") and parameter.startswith(LONG)
        if second_run or item.name in LONG_ANSWERS:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a stack that has Kestra; lessons start what else they need."""
    with own_stack(tmp_path_factory.mktemp("lessons"), "kestra") as environment:
        yield environment
