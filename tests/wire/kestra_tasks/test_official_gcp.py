"""Cloud Storage and BigQuery tasks beside the official plug-in: what passes here passes there, with the same values.

A quarter of the cases runs each time, all of them in the weekly run.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Kestra
from tests.wire.kestra_tasks.official_flows import Case, EngineHere, cases
from tests.wire.kestra_tasks.official_gcp import connect, observe

AT_ONCE = 4
EACH_TIME = 4
NO_FORMAT = (
    "Validation error: Illegal flowwithsource source: YAML parsing error: Cannot deserialize value of type "
    '`io.kestra.plugin.gcp.bigquery.AbstractLoad$Format` from String "XML": not one of the values accepted for Enum '
    'class: [ORC, AVRO, PARQUET, CSV, JSON] (FlowWithSource["tasks"]->ArrayList[1]->'
    'io.kestra.plugin.gcp.bigquery.Load["format"]) (at line -1)'
)
DIFFERENCES: dict[str, dict[str, Any]] = {
    "upload_expected_md5_wrong": {"objects": {}},
    "upload_expected_crc32c_wrong": {"objects": {}},
    "bucket_skip_other": {"bucket": {"location": "US", "storageClass": "STANDARD"}},
    "bucket_delete_force_folders": {
        "error": None,
        "outputs": {"bucket": "BUCKET", "bucketUri": "gs://BUCKET"},
        "objects": {},
    },
    "query_legacy": {"outputs": None, "error": "legacy SQL"},
    "load_wrong_format": {"problems": NO_FORMAT},
}
"""What is otherwise here; docs/differences.md says why."""
CASES = cases("gcp")


def is_wanted(number: int) -> bool:
    """Whether the case of this number runs each time."""
    return number % EACH_TIME == 0 or CASES[number]["name"] in DIFFERENCES


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest, kestra: Kestra) -> dict[str, dict[str, Any]]:
    """What came of the cases of this run, by name."""
    engine, cloud = EngineHere(kestra), connect(kestra.environment)
    wanted = [item.callspec.params["case"] for item in request.session.items if item.path == request.path]  # type: ignore[attr-defined]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        observed = pool.map(lambda case: observe(engine, case, cloud), wanted)
        return {case["name"]: found for case, found in zip(wanted, observed, strict=True)}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case["name"], marks=() if is_wanted(number) else pytest.mark.slow)
        for number, case in enumerate(CASES)
    ],
)
def test_as_official(results: dict[str, dict[str, Any]], case: Case) -> None:
    found = results[case["name"]]
    changed = with_project(case["official"]) | DIFFERENCES.get(case["name"], {})
    expected = {name: value for name, value in changed.items() if value is not None}
    if "error" in expected:
        # The words are those of Google's Python client, with the remedy; what matters is that it fails.
        expected["error"] = found.get("error")
        assert expected["error"]
    assert found == expected


def with_project(official: dict[str, Any]) -> dict[str, Any]:
    """A result whose tables have their project, which the official loads call `null`."""
    changed: dict[str, Any] = json.loads(json.dumps(official).replace('"null.DATASET.', '"PROJECT.DATASET.'))
    return changed
