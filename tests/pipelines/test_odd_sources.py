"""Both pipelines when S3 answers oddly: the run fails in a line that names the object, and no store is touched."""

from collections.abc import Iterator

import pytest

from tests.pipelines.client import BUCKET, STORES, Content, Pipelines
from tests.support.odd_answers import CHUNKED, Answer, answering

COLUMNS = {"s3-csv-ingestion": "metric_value", "s3-json-ingestion": "extracted_price"}
"""What each flow loads, by a column that can be summed."""
NOTHING = dict.fromkeys(STORES, Content(0, 0))
TABLE = "odd_source"
ENDPOINT = 'endpointOverride: "{{ envs.aws_endpoint_url }}"'
SIZED = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\nETag: odd\r\n\r\ntimestamp,"
NOWHERE = Answer(b"HTTP/1.0 307 Temporary Redirect\r\nLocation: http://127.0.0.1:9/\r\n\r\n")
PAGE = Answer(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<!DOCTYPE html>\n<p>Log in</p>\n")
ODD_OBJECTS = {
    "cut-in-a-chunk": (Answer(CHUNKED + b"FF\r\ntimestamp,"), "download", "Connection broken"),
    "cut-short": (Answer(SIZED), "download", "10 read, but total bytes expected is 100000"),
    "no-status-line": (Answer(b"nonsense\r\n\r\n"), "download", "Connection was closed"),
    "trickles": (Answer(SIZED, trickle=True), "download", "Timeout after"),
    "a-page": (PAGE, "parse", ""),
    "redirect-to-nowhere": (NOWHERE, "download", "redirects without end"),
}
"""The answer to a request of an object, by its key; which task fails, and with what."""


def answer(path: str) -> Answer:
    """What S3 answers; after a redirect the client asks for the bucket, too."""
    return ODD_OBJECTS.get(path.rpartition("/")[2], (NOWHERE,))[0]


@pytest.fixture(params=["s3-csv-ingestion", pytest.param("s3-json-ingestion", marks=pytest.mark.slow)])
def flow(pipelines: Pipelines, request: pytest.FixtureRequest) -> Iterator[str]:
    """A flow that reads from an odd S3."""
    with answering(answer) as address:
        hasty = "timeout: PT1H -> timeout: PT20S"
        pipelines.import_flow(request.param, odd=f'{ENDPOINT} -> endpointOverride: "{address}"', hasty=hasty)
        yield request.param
    pipelines.remove_flow(request.param)


def test_odd_answers_of_s3_fail_in_one_line(pipelines: Pipelines, flow: str) -> None:
    started = {key: pipelines.start(flow, s3_key=key, table_name=TABLE) for key in ODD_OBJECTS}
    for key, (_, failing, told) in ODD_OBJECTS.items():
        run = pipelines.ended(started[key])
        assert (run.state, run.states[failing]) == ("FAILED", "FAILED"), key
        lines = run.errors().splitlines()
        address = "" if key == "trickles" else f"s3://{BUCKET}/{key}"  # the engine ends that one, by the task's name
        assert [line for line in lines if told in line and address in line], lines
        assert "Traceback" not in "".join(lines)
    assert pipelines.contents(TABLE, COLUMNS[flow]) == NOTHING
