"""Which tests of lessons are slow."""

import pytest

LONG = ("05", "09", "10", "11", "12", "13")
"""Lessons that take a minute or more: their second run, with other parameters, is left to `make test ALL=1`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the second runs of long lessons."""
    for item in items:
        parameter = item.name.partition("[")[2]
        if item.name.startswith("test_solutions_are_right") and parameter.startswith(LONG):
            item.add_marker(pytest.mark.slow)
