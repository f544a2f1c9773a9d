"""S3 and script tasks beside the official plug-ins: what passes here passes there, with the same values."""

from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Kestra
from tests.wire.kestra_tasks.official_flows import EngineHere, cases, observe
from tests.wire.kestra_tasks.official_run import observed, parameters

CONNECTION = {
    "accessKeyId": "{{ secret('AWS_ACCESS_KEY_ID') }}",
    "secretKeyId": "{{ secret('AWS_SECRET_ACCESS_KEY') }}",
    "region": "{{ envs.aws_region }}",
    "endpointOverride": "{{ envs.aws_endpoint_url }}",
}
AT_ONCE = 4
ONE_OF = 4
CHECKSUM = {"checksumAlgorithm": "CRC32", "checksumValue": "r8mpiQ=="}
UPLOADED = {
    "NUMBER.csv": {"etag": '"e5ebd4c02cefbe7955977c67ada242b7"', "contentLength": 8},
    "NUMBER.txt": {"etag": '"a9f0e61a137d86aa9db53465e0801612"', "contentLength": 6},
}
DIFFERENCES: dict[str, dict[str, Any]] = {
    "upload_list": {
        "outputs": {"bucket": "BUCKET", "key": "dir/", "files": UPLOADED},
        "objects": {
            "dir/NUMBER.csv": {"Body": "a,b\n1,2\n", "ContentType": "application/octet-stream"},
            "dir/NUMBER.txt": {"Body": "second", "ContentType": "application/octet-stream"},
        },
    },
    "upload_checksum_crc32c": {"outputs": None, "error": "refused", "objects": {}},
    "download_validate_checksum": {
        "outputs": {
            "uri": {"file": "body a"},
            "contentLength": 6,
            "contentType": "binary/octet-stream",
            "metadata": {},
            "etag": '"dd9cbadc64b69f5b5f698ed84210a68d"',
            **CHECKSUM,
        },
    },
}
"""What is otherwise here; docs/differences.md says why."""


CASES = [*cases("s3"), *cases("scripts")]


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest, kestra: Kestra) -> dict[str, dict[str, Any]]:
    """What came of the cases of this run, by name."""
    engine, s3 = EngineHere(kestra), kestra.s3()
    return observed(request, lambda case: observe(engine, case, s3, CONNECTION), AT_ONCE)


@pytest.mark.parametrize("case", parameters(CASES, ONE_OF))
def test_as_official(results: dict[str, dict[str, Any]], case: dict[str, Any]) -> None:
    found = results[case["name"]]
    changed = case["official"] | DIFFERENCES.get(case["name"], {})
    expected = {name: value for name, value in changed.items() if value is not None}
    if "error" in expected and "objects" in case:
        # The words are those of Amazon's Python client, with the remedy; what matters is that it fails, and is in S3.
        expected["error"] = found.get("error")
        assert expected["error"]
    assert found == expected
