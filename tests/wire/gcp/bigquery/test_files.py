"""Files of a bucket as tables: what BigQuery reads, and in which words it refuses the rest.

https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-csv
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from google.api_core.exceptions import BadRequest, NotFound
from google.cloud import bigquery

from tests.wire.gcp.bigquery.folder import Folder
from tests.wire.gcp.bigquery.server import PROJECT

COLUMNS = "id STRING, at TIMESTAMP, n INT64, fare NUMERIC"
Rows = Callable[..., list[tuple]]


@pytest.fixture
def rows(warehouse: bigquery.Client, buckets: Folder, request: pytest.FixtureRequest) -> Iterator[Rows]:
    """Makes an external table of some files and gives its rows, or those of a query of it (`t`)."""
    name = request.node.name.split("[")[0]
    warehouse.create_dataset(name)
    config = bigquery.QueryJobConfig(default_dataset=f"{PROJECT}.{name}")

    def read(*files: bytes | str, columns: str = COLUMNS, sql: str = "SELECT * FROM t", **options: str) -> list[tuple]:
        for old in (buckets.root / name).glob("*"):
            old.unlink()
        for index, content in enumerate(files):
            buckets.write(name, f"part_{index}.csv", content)
        settings = {"format": "'CSV'", "uris": f"['gs://{name}/part_*.csv']", "skip_leading_rows": "1", **options}
        listed = ", ".join(f"{option}={value}" for option, value in settings.items() if value)
        shape = f"({columns})" if columns else ""
        warehouse.query(f"CREATE OR REPLACE EXTERNAL TABLE t {shape} OPTIONS ({listed})", job_config=config).result()
        return [row.values() for row in warehouse.query(sql, job_config=config).result()]

    yield read
    warehouse.delete_dataset(name, delete_contents=True)


def test_csv(rows: Rows) -> None:
    first = 'id,at,n,fare\na,2020-01-02 03:04:05,1,2.5\n,,,\n"","","",""\n"x, ""y""",2020-01-02T03:04:05.5Z,-7,1e2\n'
    second = "id,at,n,fare\r\nb,2020-01-02 03:04:05-05:00,0,0\r\n"
    assert rows(first, second) == [
        ("a", datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), 1, Decimal("2.5")),
        (None, None, None, None),
        ("", None, None, None),  # an empty text, between quotes, is no NULL
        ('x, "y"', datetime(2020, 1, 2, 3, 4, 5, 500000, tzinfo=UTC), -7, Decimal("100")),
        ("b", datetime(2020, 1, 2, 8, 4, 5, tzinfo=UTC), 0, Decimal("0")),
    ]


def test_the_columns_of_a_query_are_those_that_it_names(rows: Rows) -> None:
    content = "id,at,n,fare\na,,1,\n,2020-01-02,,5\n"
    assert rows(content, sql="SELECT fare, id FROM t") == [(None, "a"), (Decimal("5"), None)]
    assert rows(content, sql="SELECT n FROM t WHERE id IS NULL") == [(None,)]
    assert rows(content, sql="SELECT COUNT(*) FROM t") == [(2,)]


def test_compressed_files_are_known_by_their_content(rows: Rows) -> None:
    content = gzip.compress(b"id,at,n,fare\na,,1,\n")
    assert rows(content, content, sql="SELECT id, n FROM t") == [("a", 1), ("a", 1)]
    with pytest.raises(BadRequest, match="compressed and uncompressed"):
        rows(content, "id,at,n,fare\n")
    with pytest.raises(BadRequest, match="cut short"):
        rows(gzip.compress(b"id,at,n,fare\n" + b"a,,1,\n" * 5000)[:-20])


@pytest.mark.parametrize("ignore", ["TRUE", "FALSE"])
def test_a_line_that_was_cut_short(rows: Rows, ignore: str) -> None:
    message = "CSV table references column position 3, but line contains only 2 columns."
    with pytest.raises(BadRequest, match=message) as caught:
        rows("id,at,n,fare\na,,1,2\nb,2020-01", ignore_unknown_values=ignore)
    assert caught.value.errors[0]["reason"] == "invalid"
    assert "line_number: 3 File: gs://" in caught.value.errors[0]["message"]


def test_too_many_values(rows: Rows) -> None:
    content = 'id,at,n,fare\na,,1,\nb,,2,5,more,"and, more"\n'
    with pytest.raises(BadRequest, match=r"Too many values in line. Found 6 column\(s\) while expected 4."):
        rows(content)
    assert rows(content, ignore_unknown_values="TRUE", sql="SELECT id, n, fare FROM t") == [
        ("a", 1, None),
        ("b", 2, Decimal("5")),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a,,x,", "Could not parse 'x' as INT64 for field n"),
        ("a,,1.0,", "Could not parse '1.0' as INT64 for field n"),
        ("a,,1_000,", "Could not parse '1_000' as INT64 for field n"),
        ("a,2020-02-30,,", "Could not parse '2020-02-30' as TIMESTAMP for field at"),
        ("a,01/02/2020,,", "Could not parse '01/02/2020' as TIMESTAMP for field at"),
        ("a,,,1_0.5", "Could not parse '1_0.5' as NUMERIC for field fare"),
        ('"a\nb",,,', "Missing close quote character"),
        ('"a,,,', "Missing close quote character"),
        (b"\xff,,,", "invalid UTF-8"),
    ],
)
def test_cells_that_are_no_values_of_their_columns(rows: Rows, line: str | bytes, message: str) -> None:
    raw = line if isinstance(line, bytes) else line.encode()
    with pytest.raises(BadRequest, match=message):
        rows(b"id,at,n,fare\nok,,1,1\n" + raw + b"\n")


def test_options_of_csv(rows: Rows) -> None:
    content = "# note\nid|n\n'a|b'|NA\n'c\nd'|2\n"
    found = rows(content, columns="id STRING, n INT64", skip_leading_rows="2", field_delimiter="'|'", quote='"\'"',
                 null_marker="'NA'", allow_quoted_newlines="TRUE")  # fmt: skip
    assert found == [("a|b", None), ("c\nd", 2)]
    for option in ("allow_jagged_rows", "max_bad_records", "projection_fields", "no_such_option"):
        with pytest.raises(BadRequest, match="Unsupported by this stand-in"):
            rows(content, **{option: "TRUE" if option != "max_bad_records" else "3"})


def test_without_columns_they_are_detected(rows: Rows, warehouse: bigquery.Client) -> None:
    content = "id,at,n,fare\na,2020-01-02 03:04:05,1,2.5\n"
    assert rows(content, columns="", skip_leading_rows="") == [("a", datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), 1, 2.5)]
    schema = warehouse.get_table("test_without_columns_they_are_detected.t").schema
    assert [(field.name, field.field_type) for field in schema] == [
        ("id", "STRING"), ("at", "TIMESTAMP"), ("n", "INTEGER"), ("fare", "FLOAT")
    ]  # fmt: skip


def test_a_file_is_read_when_it_is_asked_for(rows: Rows, warehouse: bigquery.Client, buckets: Folder) -> None:
    name = "test_a_file_is_read_when_it_is_asked_for"
    assert rows("id,at,n,fare\na,,1,\n", sql="SELECT id FROM t") == [("a",)]
    buckets.write(name, "part_0.csv", "id,at,n,fare\nb,,1,\n")
    assert [row.id for row in warehouse.query_and_wait(f"SELECT id FROM {name}.t")] == ["b"]
    (buckets.root / name / "part_0.csv").unlink()
    with pytest.raises(NotFound, match="Not found: Files gs://"):
        warehouse.query_and_wait(f"SELECT id FROM {name}.t")


def test_arrays_and_objects_of_json_are_detected(rows: Rows, warehouse: bigquery.Client) -> None:
    """https://cloud.google.com/bigquery/docs/schema-detect#json_nested_data"""
    options = {"format": "'NEWLINE_DELIMITED_JSON'", "skip_leading_rows": "", "columns": ""}
    lines = (
        '{"a": 1, "tags": ["x", "y"], "who": {"name": "A", "seen": [{"at": "2024-01-01T00:00:00+02:00", "n": 1}]}}\n'
        '{"a": 2, "tags": [], "who": {"name": null}}\n'
        '{"a": 3}\n'
    )
    seen = {"at": datetime(2023, 12, 31, 22, tzinfo=UTC), "n": 1}
    assert rows(lines, sql="SELECT * FROM t ORDER BY a", **options) == [
        (1, ["x", "y"], {"name": "A", "seen": [seen]}),
        (2, [], {"name": None, "seen": []}),
        (3, [], None),
    ]
    schema = warehouse.get_table("test_arrays_and_objects_of_json_are_detected.t").schema
    assert [(field.name, field.field_type, field.mode) for field in schema] == [
        ("a", "INTEGER", "NULLABLE"),
        ("tags", "STRING", "REPEATED"),
        ("who", "RECORD", "NULLABLE"),
    ]
    assert [(field.name, field.field_type, field.mode) for field in schema[2].fields] == [
        ("name", "STRING", "NULLABLE"),
        ("seen", "RECORD", "REPEATED"),
    ]
    with pytest.raises(BadRequest, match="the array a has arrays in it"):
        rows('{"a": [[1]]}\n', **options)


def test_nested_values_of_json_are_read_as_strictly_as_others(rows: Rows) -> None:
    shape = "a STRUCT<at TIMESTAMP, n ARRAY<INT64>>"
    options = {"format": "'NEWLINE_DELIMITED_JSON'", "skip_leading_rows": "", "columns": shape}
    at = datetime(2023, 12, 31, 22, tzinfo=UTC)
    lines = '{"a": {"at": "2024-01-01T00:00:00+02:00", "n": ["1", 2]}}\n{"a": {}}\n{"a": null}\n'
    assert rows(lines, **options) == [({"at": at, "n": [1, 2]},), ({"at": None, "n": []},), (None,)]
    for value, message in (
        ('{"at": "01/02/2024"}', "Invalid timestamp"),
        ('{"n": ["x"]}', "Bad int64 value: x"),
        ('{"n": 1}', "Could not parse 1 as ARRAY<INT64>"),
        ("[]", r"Could not parse \[\] as STRUCT"),
        ('{"n": [1, null]}', "Array cannot have a null element"),
        ('{"other": 1}', "No such field in a"),
    ):
        with pytest.raises(BadRequest, match=message):
            rows(f'{{"a": {value}}}\n', **options)
    assert rows('{"a": {"other": 1}}\n', ignore_unknown_values="TRUE", **options) == [({"at": None, "n": []},)]


def test_json_lines(rows: Rows) -> None:
    options = {"format": "'NEWLINE_DELIMITED_JSON'", "skip_leading_rows": "", "columns": "a INT64, b STRING"}
    assert rows('{"a": 1, "b": "x"}\n{"A": 2}\n{"a": "3", "b": null}\n', **options)[0] == (1, "x")
    with pytest.raises(BadRequest, match="No such field: c"):
        rows('{"a": 1, "c": 2}\n', **options)
    assert rows('{"a": 1, "c": 2}\n', ignore_unknown_values="TRUE", **options) == [(1, None)]
    with pytest.raises(BadRequest, match="Could not parse 'x' as INT64 for field a"):
        rows('{"a": "x"}\n', **options)
