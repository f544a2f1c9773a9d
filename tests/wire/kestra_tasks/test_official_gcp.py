"""Cloud Storage and BigQuery tasks beside the official plug-in: what passes here passes there, with the same values."""

import json
from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Kestra
from tests.wire.kestra_tasks.official_flows import Case, EngineHere, cases
from tests.wire.kestra_tasks.official_gcp import connect, observe
from tests.wire.kestra_tasks.official_run import Differences, expectation, observed, parameters

AT_ONCE = 4
ONE_OF = 8
NO_FORMAT = (
    "Validation error: Illegal flowwithsource source: YAML parsing error: Cannot deserialize value of type "
    '`io.kestra.plugin.gcp.bigquery.AbstractLoad$Format` from String "XML": not one of the values accepted for Enum '
    'class: [ORC, AVRO, PARQUET, CSV, JSON] (FlowWithSource["tasks"]->ArrayList[1]->'
    'io.kestra.plugin.gcp.bigquery.Load["format"]) (at line -1)'
)
DIFFERENCES: Differences = {
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
CASES = cases("gcp")


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest, kestra: Kestra) -> dict[str, dict[str, Any]]:
    """What came of the cases of this run, by name."""
    engine, cloud = EngineHere(kestra), connect(kestra.environment)
    return observed(request, lambda case: observe(engine, case, cloud), AT_ONCE)


@pytest.mark.parametrize("case", parameters(CASES, ONE_OF))
def test_as_official(results: dict[str, dict[str, Any]], case: Case) -> None:
    found = results[case["name"]]
    assert found == expectation(found, with_project(case["official"]), DIFFERENCES.get(case["name"], {}))


def with_project(official: dict[str, Any]) -> dict[str, Any]:
    """A result whose tables have their project, which the official loads call `null`."""
    changed: dict[str, Any] = json.loads(json.dumps(official).replace('"null.DATASET.', '"PROJECT.DATASET.'))
    return changed
