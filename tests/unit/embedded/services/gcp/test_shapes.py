"""Types in documents of requests to Google Cloud."""

from typing import Any

import pytest

from embedded.services.gcp.bigquery import shapes
from embedded.services.gcp.errors import GoogleError
from embedded.services.gcp.gcs.shapes import DOCUMENT
from embedded.services.gcp.shapes import Shape, check


@pytest.mark.parametrize(
    ("shape", "document"),
    [
        (shapes.QUERY, {"query": "SELECT 1", "useLegacySql": False, "timeoutMs": "10000", "maxResults": 5}),
        (shapes.QUERY, {"queryParameters": [{"parameterType": {"type": "FLOAT64"}, "parameterValue": {"value": 1.5}}]}),
        (shapes.QUERY, {"query": None, "labels": {}, "queryParameters": [], "unknown": [1]}),
        (shapes.TABLE, {"schema": {"fields": [{"name": "a", "type": "RECORD", "fields": [{"name": "b"}]}]}}),
        (shapes.JOB, {"configuration": {"load": {"sourceUris": ["gs://a/b"], "skipLeadingRows": "1"}}}),
        (shapes.ROWS, {"rows": [{"json": {"a": [1, {"b": None}]}}]}),
        (shapes.DATASET, {"labels": {"a": "b", "c": None}, "defaultTableExpirationMs": ""}),
        (DOCUMENT, {"name": "a", "metadata": {"a": "b"}, "sourceObjects": [{"name": "a", "generation": "5"}]}),
    ],
)
def test_what_google_takes_is_taken(shape: Shape, document: Any) -> None:
    check(document, shape)


@pytest.mark.parametrize(
    ("shape", "document", "path"),
    [
        (shapes.QUERY, {"query": 1}, "query"),
        (shapes.QUERY, {"timeoutMs": "9" * 5000}, "timeoutMs"),
        (shapes.QUERY, {"timeoutMs": 2**63}, "timeoutMs"),
        (shapes.QUERY, {"timeoutMs": True}, "timeoutMs"),
        (shapes.QUERY, {"dryRun": 1.5}, "dryRun"),
        (shapes.QUERY, {"defaultDataset": ["d"]}, "defaultDataset"),
        (shapes.TABLE, {"schema": {"fields": [{"name": "a", "fields": [1]}]}}, "schema.fields[0].fields[0]"),
        (shapes.TABLE, {"schema": {"fields": [None]}}, "schema.fields[0]"),
        (shapes.JOB, {"configuration": {"query": "SELECT 1"}}, "configuration.query"),
        (shapes.ROWS, {"rows": {}}, "rows"),
        (shapes.DATASET, {"labels": {"a": 1}}, "labels.a"),
        (DOCUMENT, {"metadata": "a"}, "metadata"),
    ],
)
def test_another_type_is_refused_with_its_place(shape: Shape, document: Any, path: str) -> None:
    with pytest.raises(GoogleError) as caught:
        check(document, shape)
    assert caught.value.status == 400
    assert f"Invalid value at '{path}'" in caught.value.message
