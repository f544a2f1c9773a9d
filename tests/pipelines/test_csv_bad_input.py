"""Flow s3-csv-ingestion with files and inputs that are not as they should be: a clear error or counted rejects."""

import csv as csv_reader
import io
import json
from collections.abc import Iterator

import pytest

from tests.pipelines.client import BUCKET, HEADER, STORES, Content, PipelineRun, Pipelines, csv

FLOW = "s3-csv-ingestion"
TABLE = "odd_metrics"
KEY = "tests/odd.csv"
GOOD = "2025-09-01T00:00:00Z,d1,temperature,1.5,here,north"
NOTHING = dict.fromkeys(STORES, Content(0, 0))
GIGABYTE = 1 << 30


@pytest.fixture(scope="module", autouse=True)
def imported(pipelines: Pipelines) -> Iterator[None]:
    pipelines.import_flow(FLOW)
    yield
    pipelines.remove_flow(FLOW)


def load(pipelines: Pipelines, body: bytes | str, table: str = TABLE, **inputs: object) -> PipelineRun:
    pipelines.put(KEY, body)
    return pipelines.run(FLOW, s3_key=KEY, table_name=table, **inputs)


def failure(run: PipelineRun) -> str:
    assert run.state == "FAILED"
    return run.errors()


# Inputs


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("table_name", "metrics; DROP TABLE metrics"),
        ("table_name", 'metrics" --'),
        ("table_name", "metrics'"),
        ("table_name", "Metrics"),
        ("table_name", "my-metrics"),
        ("table_name", "_metrics"),
        ("table_name", "métriques"),
        ("table_name", "metrics\n"),
        ("table_name", "m" * 49),
        ("table_name", "{{ secret('ES_PASSWORD') }}"),
        ("delimiter", ";;"),
        ("delimiter", "x"),
        ("delimiter", '"'),
        ("header", "maybe"),
        ("encoding", "ebcdic"),
        ("max_reject_percent", "101"),
        ("retention_days", "0"),
        ("retention_days", "'; DROP TABLE x"),
        ("stores", json.dumps(["mongodb"])),
    ],
)
def test_an_input_that_cannot_be_right_starts_nothing(pipelines: Pipelines, name: str, value: str) -> None:
    before = len(pipelines.executions(FLOW))
    answer = pipelines.submit(FLOW, **{name: value})
    assert answer.status_code == 422, answer.text
    assert f"`{name}`" in answer.json()["message"]
    assert len(pipelines.executions(FLOW)) == before


# Objects


@pytest.mark.parametrize(
    ("inputs", "named"),
    [({"s3_bucket": "no-such-bucket"}, "no-such-bucket"), ({"s3_key": "tests/no-such-file.csv"}, "no-such-file.csv")],
)
def test_a_missing_bucket_or_key_is_named(pipelines: Pipelines, inputs: dict[str, str], named: str) -> None:
    run = pipelines.run(FLOW, table_name=TABLE, **inputs)
    assert run.states["download"] == "FAILED"
    assert named in failure(run)
    assert pipelines.contents(TABLE) == NOTHING


def test_no_permission_is_told(pipelines: Pipelines) -> None:
    pipelines.put("forbidden/metrics.csv", csv(GOOD))
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/forbidden/*",
    }
    pipelines.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    try:
        run = pipelines.run(FLOW, s3_key="forbidden/metrics.csv", table_name=TABLE)
    finally:
        pipelines.s3.delete_bucket_policy(Bucket=BUCKET)
    assert run.states["download"] == "FAILED"
    assert "denied" in failure(run).lower()
    assert "forbidden/metrics.csv" in failure(run)
    assert pipelines.contents(TABLE) == NOTHING


# Files that are refused as a whole: one of each input; tests/unit/flows/test_parse_csv.py has the rest


@pytest.mark.parametrize(
    ("body", "inputs", "told"),
    [
        pytest.param(csv(), {}, "a header and no row", id="only a header"),
        pytest.param(csv(GOOD), {"delimiter": "|"}, "Is the delimiter ',' and not '|'?", id="wrong delimiter asked"),
        pytest.param(csv(GOOD), {"header": "absent"}, "the columns are", id="header where none should be"),
        pytest.param(csv(GOOD), {"encoding": "utf-16"}, "UTF-16", id="not UTF-16"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    pipelines: Pipelines, body: bytes | str, inputs: dict[str, str], told: str
) -> None:
    run = load(pipelines, body, **inputs)
    assert run.states["parse"] == "FAILED"
    assert told in failure(run)
    assert "Nothing was loaded." in failure(run)
    assert f"s3://{BUCKET}/{KEY}" in failure(run)
    assert "Traceback" not in failure(run)
    assert pipelines.contents(TABLE) == NOTHING


@pytest.mark.slow
def test_a_line_of_a_gigabyte_is_refused(pipelines: Pipelines) -> None:
    """A unit test of the parser tries a short one of the kind in every run."""
    upload = pipelines.s3.create_multipart_upload(Bucket=BUCKET, Key=KEY)["UploadId"]
    part, parts = b"x" * (GIGABYTE // 8), []
    for number in range(1, 9):
        place = {"Bucket": BUCKET, "Key": KEY, "UploadId": upload, "PartNumber": number}
        parts.append({"PartNumber": number, "ETag": pipelines.s3.upload_part(**place, Body=part)["ETag"]})
    pipelines.s3.complete_multipart_upload(Bucket=BUCKET, Key=KEY, UploadId=upload, MultipartUpload={"Parts": parts})
    run = pipelines.run(FLOW, s3_key=KEY, table_name=TABLE)
    pipelines.s3.delete_object(Bucket=BUCKET, Key=KEY)
    assert "line 1 is longer than 65,536 characters" in failure(run)
    assert pipelines.contents(TABLE) == NOTHING


# Rows that are left out

NO_TIME = "is not a time as 2025-09-01T00:00:00Z"
NO_YEAR = "is not between 1970 and 2099"
TWICE = "an earlier line has the same timestamp, device and metric"
BAD_ROWS = {
    "2025-09-01T00:01:00Z,d1,temperature,1.5,here": "5 fields instead of 6",
    "2025-09-01T00:02:00Z,d1,temperature,1.5,here,north,more": "7 fields instead of 6",
    "2025-09-01T00:03:00Z,d1,temperature,NaN,here,north": "metric_value 'NaN' is not finite",
    "2025-09-01T00:04:00Z,d1,temperature,-inf,here,north": "metric_value '-inf' is not finite",
    "2025-09-01T00:05:00Z,d1,temperature,1e999,here,north": "metric_value '1e999' is not finite",
    "2025-09-01T00:06:00Z,d1,temperature,warm,here,north": "metric_value 'warm' is not a number",
    "2025-09-01T00:07:00Z,d1,temperature,,here,north": "metric_value '' is not a number",
    "1969-12-31T23:59:59Z,d1,temperature,1.5,here,north": f"timestamp '1969-12-31T23:59:59Z' {NO_YEAR}",
    "2100-01-01T00:00:00Z,d1,temperature,1.5,here,north": f"timestamp '2100-01-01T00:00:00Z' {NO_YEAR}",
    "2025-13-01T00:00:00Z,d1,temperature,1.5,here,north": f"timestamp '2025-13-01T00:00:00Z' {NO_TIME}",
    "2025-02-30T00:00:00Z,d1,temperature,1.5,here,north": f"timestamp '2025-02-30T00:00:00Z' {NO_TIME}",
    "yesterday,d1,temperature,1.5,here,north": f"timestamp 'yesterday' {NO_TIME}",
    ",d1,temperature,1.5,here,north": f"timestamp '' {NO_TIME}",
    "2025-09-01T00:08:00Z,,temperature,1.5,here,north": "device_id or metric_name is empty",
    "2025-09-01T00:09:00Z,d1, ,1.5,here,north": "device_id or metric_name is empty",
    "2025-09-01T00:10:00Z,d1,temperature,1.5,he\0re,north": "there is a NUL character",
    f"2025-09-01T00:11:00Z,d1,temperature,1.5,{'x' * 1001},north": "the texts are longer than 1,000 characters",
    "2025-09-01T02:00:00+02:00,d1,temperature,9,there,south": TWICE,
    '2025-09-01T00:12:00Z,"d1"x,temperature,1.5,here,north': "',' expected after '\"'",
}


def test_each_bad_row_is_kept_with_its_line_and_reason(pipelines: Pipelines) -> None:
    run = load(pipelines, csv(GOOD, *BAD_ROWS), max_reject_percent=99)
    assert run.state == "SUCCESS"
    found = list(csv_reader.DictReader(io.StringIO(run.file("parse", "rejects.csv"))))
    expected = [(str(line), reason) for line, reason in enumerate(BAD_ROWS.values(), 3)]
    assert [(reject["line"], reject["reason"]) for reject in found] == expected
    assert run.execution["outputs"] == {"rows": 1, "rejected": len(BAD_ROWS)}
    assert pipelines.contents(TABLE) == dict.fromkeys(STORES, Content(1, 1.5))


def test_too_many_rejects_fail_the_run_before_anything_is_loaded(pipelines: Pipelines) -> None:
    rows = [f"2025-09-01T00:00:{second:02}Z,d1,temperature,{second},here,north" for second in range(9)]
    body = csv(*rows, "never,d1,temperature,1,here,north")
    refused = load(pipelines, body, "rejected_metrics", max_reject_percent=9.9)
    assert refused.states["check_rejects"] == "FAILED"
    assert "1 rows are rejected (10 %), and 9.9 % are acceptable. Nothing was loaded." in failure(refused)
    assert "never" in refused.file("parse", "rejects.csv")
    assert pipelines.contents("rejected_metrics") == NOTHING
    assert load(pipelines, body, "rejected_metrics", max_reject_percent=10).state == "SUCCESS"
    assert pipelines.contents("rejected_metrics") == dict.fromkeys(STORES, Content(9, 36))


def test_a_file_without_a_good_row_fails(pipelines: Pipelines) -> None:
    run = load(pipelines, csv("never,d1,temperature,1,here,north"), "no_metrics", max_reject_percent=100)
    assert "1 rows are rejected (100 %)" in failure(run)
    assert pipelines.contents("no_metrics") == NOTHING


@pytest.mark.slow
def test_bytes_of_another_encoding_are_rejected_until_it_is_named(pipelines: Pipelines) -> None:
    body = csv(GOOD, "2025-09-01T00:01:00Z,d1,temperature,2,Müllerstraße,north").encode("latin-1")
    rejected = load(pipelines, body, "latin_metrics", max_reject_percent=50)
    assert "there are bytes of another encoding" in rejected.file("parse", "rejects.csv")
    assert rejected.execution["outputs"] == {"rows": 1, "rejected": 1}
    accepted = load(pipelines, body, "latin_metrics", encoding="latin-1")
    assert accepted.execution["outputs"] == {"rows": 2, "rejected": 0}
    assert pipelines.sql("SELECT location FROM latin_metrics ORDER BY timestamp") == [("here",), ("Müllerstraße",)]


# Files that are unusual, and right: tests/unit/flows/test_parse_csv.py has more

ODD = {
    "tab": (csv(GOOD).replace(",", "\t"), {"delimiter": "\\t"}),
    "no header, as said": (f"{GOOD}\n", {"header": "absent"}),
    "UTF-16": (csv(GOOD).encode("utf-16"), {}),
}


@pytest.mark.parametrize("name", ODD)
def test_unusual_files_are_understood(pipelines: Pipelines, name: str) -> None:
    body, inputs = ODD[name]
    pipelines.sql("DROP TABLE IF EXISTS unusual_metrics")
    run = load(pipelines, body, "unusual_metrics", stores=json.dumps(["timescaledb"]), **inputs)
    assert run.state == "SUCCESS"
    assert run.execution["outputs"] == {"rows": 1, "rejected": 0}
    columns = "timestamp AT TIME ZONE 'UTC', device_id, metric_name, metric_value, location, zone"
    (row,) = pipelines.sql(f"SELECT {columns} FROM unusual_metrics")
    assert [str(cell) for cell in row] == ["2025-09-01 00:00:00", "d1", "temperature", "1.5", "here", "north"]


def test_texts_stay_texts_in_every_store(pipelines: Pipelines) -> None:
    """Line breaks, quotes, SQL and expressions inside the cells arrive as they are."""
    location, zone = 'two\nlines, "quoted"', "'; DROP TABLE text_metrics; -- {{ envs.es_user }}"
    buffer = io.StringIO()
    csv_reader.writer(buffer).writerows(
        [HEADER.split(","), ["2025-09-01T00:00:00Z", "d’1", "ünïts", "-1.5e3", location, zone]]
    )
    assert load(pipelines, buffer.getvalue(), "text_metrics").state == "SUCCESS"
    expected = ["d’1", "ünïts", -1500.0, location, zone]
    names = HEADER.split(",")[1:]
    assert [list(row) for row in pipelines.sql(f"SELECT {', '.join(names)} FROM text_metrics")] == [expected]
    assert [
        list(row) for row in pipelines.clickhouse.query(f"SELECT {', '.join(names)} FROM text_metrics").result_rows
    ] == [expected]
    (hit,) = pipelines.elasticsearch.search(index="text_metrics")["hits"]["hits"]
    assert [hit["_source"][name] for name in names] == expected
    ((point,), _) = pipelines.qdrant.scroll("text_metrics")
    assert [point.payload[name] for name in names] == expected
