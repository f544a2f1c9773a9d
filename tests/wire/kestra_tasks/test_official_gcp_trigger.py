"""The trigger of Cloud Storage beside the official plug-in: what passes here passes there, and starts the same."""

from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Kestra
from tests.wire.kestra_tasks.official_flows import Case, cases
from tests.wire.kestra_tasks.official_gcp import connect
from tests.wire.kestra_tasks.official_gcp_trigger import WatchingEngineHere, observe
from tests.wire.kestra_tasks.official_run import Differences, expectation, observed, parameters

AT_ONCE = 8
"""A case waits for the scheduler for most of its time."""
ONE_OF = 8
CASES = cases("gcp_trigger")
OFFICIAL = {case["name"].removeprefix("trigger_"): case["official"] for case in CASES}
DIFFERENCES: Differences = {
    "trigger_max_files": {"executions": OFFICIAL["max_files_deleted"]["executions"]},
    "trigger_move_into_watched": {"error": None},
    "trigger_names_deleted": {"objects": {}},
    "trigger_names_moved": {
        "error": None,
        "executions": OFFICIAL["names"]["executions"],
        "objects": {f"done/{name[3:]}": found for name, found in OFFICIAL["names"]["objects"].items()},
    },
}


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest, kestra: Kestra) -> dict[str, dict[str, Any]]:
    """What came of the cases of this run, by name."""
    engine, cloud = WatchingEngineHere(kestra), connect(kestra.environment)
    return observed(request, lambda case: observe(engine, case, cloud), AT_ONCE)


@pytest.mark.parametrize("case", parameters(CASES, ONE_OF))
def test_as_official(results: dict[str, dict[str, Any]], case: Case) -> None:
    found = results[case["name"]]
    assert found == expectation(found, case["official"], DIFFERENCES.get(case["name"], {}))
