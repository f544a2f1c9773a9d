"""The cases of `official/` as tests: a part of them runs each time, all of them in the weekly run."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.wire.kestra_tasks.official_flows import Case

Differences = dict[str, dict[str, Any]]
"""What is otherwise here, by the name of the case; None for what is not there. docs/differences.md says why."""


def parameters(cases: list[Case], one_of: int) -> list[Any]:
    """The cases as parameters of a test.

    Parameters:
        cases: in any order.
        one_of: of so many cases one runs each time.
    """

    def marks(number: int) -> Any:
        return pytest.mark.slow if number % one_of else ()

    return [pytest.param(case, id=case["name"], marks=marks(number)) for number, case in enumerate(cases)]


def observed(
    request: pytest.FixtureRequest, observe: Callable[[Case], dict[str, Any]], at_once: int
) -> dict[str, dict[str, Any]]:
    """What came of the cases of this run, by name.

    Parameters:
        request: of the fixture that the module's test takes.
        observe: runs a case.
        at_once: how many cases run at one time.
    """
    wanted = [item.callspec.params["case"] for item in request.session.items if item.path == request.path]  # type: ignore[attr-defined]
    with ThreadPoolExecutor(at_once) as pool:
        return {case["name"]: found for case, found in zip(wanted, pool.map(observe, wanted), strict=True)}


def expectation(found: dict[str, Any], official: dict[str, Any], difference: dict[str, Any]) -> dict[str, Any]:
    """What is to come of a case: what is official, but for its difference."""
    expected = {name: value for name, value in (official | difference).items() if value is not None}
    if "error" in expected:
        # The words are those of Google's Python client, with the remedy; what matters is that it fails.
        expected["error"] = found.get("error") or "an error"
    return expected
