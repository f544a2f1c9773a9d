"""io.kestra.plugin.serdes.avro and .parquet: ION to records of an Avro schema, and back."""

import datetime
import json
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.wire.kestra_tasks.client import Kestra
from tests.wire.kestra_tasks.files import MOMENTS, convert, converted, file, plain

Field = dict[str, Any]
FORMATS = ("avro", "parquet")


def schema(*fields: Field) -> str:
    return json.dumps({"type": "record", "name": "Row", "namespace": "a.b", "fields": list(fields)})


def field(type_: Any, name: str = "a", **more: Any) -> Field:
    return {"name": name, "type": type_, **more}


def logical(name: str, type_: str, **more: Any) -> dict[str, Any]:
    return {"type": type_, "logicalType": name, **more}


def through(kestra: Kestra, ion: str, kind: str, **properties: Any) -> list[Any]:
    """The rows after a way to a format and back."""
    there = convert(f"{kind}.IonTo{kind.capitalize()}", id="there", **properties)
    run = kestra.ok(file(ion), there, convert(f"{kind}.{kind.capitalize()}ToIon", "there"))
    return list(plain(kestra.ion(run.outputs()["uri"])))


ROME = {"timeZoneId": "Europe/Rome"}
CASES = [
    ("int", '"12"', 12, {}),
    ("long", "12", 12, {}),
    ("double", '"1,5"', 1.5, {"decimalSeparator": ","}),
    ("float", "1.5e0", 1.5, {}),
    ("boolean", '"Yes"', True, {}),
    ("boolean", '"off"', False, {}),
    ("boolean", '"ja"', True, {"trueValues": ["ja"]}),
    ("string", "12", "12", {}),
    ("bytes", '"ab"', b"ab", {}),
    (["null", "int"], '"n/a"', None, {}),
    (["null", "int"], '"-"', None, {"nullValues": ["-"]}),
    (["null", "int"], "null", None, {}),
    (["int", "string"], '"x"', "x", {}),
    ({"type": "enum", "name": "E", "symbols": ["X", "Y"]}, '"Y"', "Y", {}),
    ({"type": "array", "items": "int"}, '["1",2]', [1, 2], {}),
    ({"type": "map", "values": "string"}, "{x:1}", {"x": "1"}, {}),
    ({"type": "record", "name": "R", "fields": [field("int", "b")]}, "{b:1}", {"b": 1}, {}),
    (logical("decimal", "bytes", precision=8, scale=2), '"12.345"', Decimal("12.34"), {}),
    (logical("date", "int"), '"2021-05-05"', datetime.date(2021, 5, 5), {}),
    (logical("date", "int"), '"05/05/2021"', datetime.date(2021, 5, 5), {"dateFormat": "dd/MM/yyyy"}),
    (logical("date", "int"), "2021-05-05", datetime.date(2021, 5, 5), {}),
    (logical("time-millis", "int"), '"12:21:12"', "12:21:12", {}),
    (logical("timestamp-millis", "long"), '"2021-05-05T12:21:12+02:00"', "2021-05-05T10:21:12+00:00", {}),
    (logical("timestamp-millis", "long"), '"2021-05-05T12:21"', "2021-05-05T10:21:00+00:00", ROME),
    (logical("timestamp-micros", "long"), "2021-05-05T10:21:12.123Z", "2021-05-05T10:21:12.123000+00:00", {}),
    (logical("uuid", "string"), '"00000000-0000-0000-0000-00000000000a"', b"\0" * 15 + b"\x0a", {}),
]  # fmt: skip


def values(kestra: Kestra, kind: str, cases: list[tuple[int, Any, str]], **properties: Any) -> dict[int, Any]:
    """The values of cases of the same properties, by their numbers, after a way to a format and back as one row."""
    fields = [field(type_, f"a{number}") for number, type_, _ in cases]
    ion = ",".join(f"a{number}:{text}" for number, _, text in cases)
    [row] = through(kestra, f"{{{ion}}}", kind, schema=schema(*fields), **properties)
    return {number: row[f"a{number}"] for number, _, _ in cases}


def _different(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for number, one in enumerate(given) if one not in given[:number]]


@pytest.fixture(scope="module", params=FORMATS)
def found_values(request: pytest.FixtureRequest, kestra: Kestra) -> dict[int, Any]:
    """What became of each case in a format."""
    found: dict[int, Any] = {}
    for properties in _different([given for *_, given in CASES]):
        alike = [(number, case[0], case[1]) for number, case in enumerate(CASES) if case[3] == properties]
        found |= values(kestra, request.param, alike, **properties)
    return found


@pytest.mark.parametrize("number", range(len(CASES)))
def test_values_by_a_schema(found_values: dict[int, Any], number: int) -> None:
    expected, found = CASES[number][2], found_values[number]
    if isinstance(found, datetime.datetime) and isinstance(expected, datetime.date):
        found = found.date()  # the reader gives a day as a moment
    assert (found.isoformat() if isinstance(found, datetime.datetime) else found) == expected


@pytest.mark.parametrize("kind", FORMATS)
def test_a_schema_is_inferred(kestra: Kestra, kind: str) -> None:
    rows = '{a:1,b:"x",c:[1,2],d:{e:true},f:null}\n{a:"y",b:null,c:null,d:{e:null,g:1.5e0},f:2,h:3000000000}'
    expected: list[dict[str, Any]] = [
        {"a": 1, "b": "x", "c": [1, 2], "d": {"e": True, "g": None}, "f": None, "h": None},
        {"a": "y", "b": None, "c": None, "d": {"e": None, "g": 1.5}, "f": 2, "h": 3000000000},
    ]
    if kind == "parquet":  # it has no unions of two types
        rows = rows.replace('a:"y"', "a:2")
        expected[1]["a"] = 2
    assert through(kestra, rows, kind) == expected


def test_moments_are_inferred(kestra: Kestra) -> None:
    [row] = through(kestra, MOMENTS, "avro", timeZoneId="UTC")
    assert row["Instant"] == "2021-05-05T10:21:12.123"
    assert row["ZonedDateTime"] == "2021-05-05T10:21:12.123"
    assert row["LocalTime"] == "12:21:12.123"
    assert row["Decimal"] == "1.10"


@pytest.mark.parametrize("kind", FORMATS)
def test_only_some_rows_are_looked_at_for_a_schema(kestra: Kestra, kind: str) -> None:
    ion = "{a:null}\n{a:1}"
    there = f"{kind}.IonTo{kind.capitalize()}"
    assert kestra.run(file(ion), convert(there, numberOfRowsToScan=1)).state == "FAILED"
    if kind == "avro":
        assert through(kestra, ion, kind, numberOfRowsToScan=1, inferAllFields=True) == [{"a": None}, {"a": 1}]
    assert "empty" in kestra.failure(file("\n"), convert(there))


def test_a_list_goes_there_and_back(kestra: Kestra) -> None:
    assert through(kestra, "[1,2]\n[3]", "avro") == [[1, 2], [3]]


def test_lists_and_numbered_columns_are_taken_in_the_order_of_the_fields(kestra: Kestra) -> None:
    both = schema(field("int"), field("string", "b"))
    assert through(kestra, '[1,"x"]\n{col1:"y",col0:2}', "avro", schema=both) == [
        {"a": 1, "b": "x"},
        {"a": 2, "b": "y"},
    ]


def test_another_name_of_a_field(kestra: Kestra) -> None:
    assert through(kestra, "{old:1}", "avro", schema=schema(field("int", aliases=["old"]))) == [{"a": 1}]


def test_fields_that_the_schema_does_not_have(kestra: Kestra) -> None:
    assert through(kestra, "{a:1,b:2}", "avro", schema=schema(field("int"))) == [{"a": 1}]
    strict = convert("avro.IonToAvro", schema=schema(field("int")), strictSchema=True)
    assert "more fields than schema" in kestra.run(file("{a:1,b:2}"), strict).logs("ERROR")[0]


@pytest.mark.parametrize("kind", FORMATS)
def test_rows_that_do_not_fit(kestra: Kestra, kind: str) -> None:
    ion, only = "{a:1}\n{a:\"x\"}\n{a:3}", schema(field("int"))  # fmt: skip
    there = f"{kind}.IonTo{kind.capitalize()}"
    assert "Field 'a'" in kestra.run(file(ion), convert(there, schema=only)).logs("ERROR")[0]
    assert through(kestra, ion, kind, schema=only, onBadLines="SKIP") == [{"a": 1}, {"a": 3}]
    run = converted(kestra, ion, there, schema=only, onBadLines="WARN")
    assert any("Field 'a'" in line for line in run.logs("WARN"))


def test_no_schema_is_refused_at_once(kestra: Kestra) -> None:
    for kind in ("avro.IonToAvro", "parquet.IonToParquet"):
        assert "schema: invalid avro schema" in kestra.problems(convert(kind, schema="{"))
        assert kestra.problems(convert(kind, schema="{{ inputs.schema }}")) == ""
        assert "colour" in kestra.problems(convert(kind, colour="red"))


@pytest.mark.parametrize("codec", ["UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD"])
def test_codecs_and_versions_of_parquet(kestra: Kestra, codec: str) -> None:
    settings = {"compressionCodec": codec, "parquetVersion": "V1", "rowGroupSize": 1 << 20, "pageSize": 1 << 16}
    run = converted(kestra, "{a:1,b:2021-05-05}\n{a:2,b:null}", "parquet.IonToParquet", **settings)
    path = str(kestra.path(run.outputs()["uri"]))
    assert run.outputs()["size"] == 2
    with duckdb.connect() as db:
        assert db.execute(f"SELECT * FROM read_parquet('{path}')").fetchall() == [
            (1, datetime.date(2021, 5, 5)),
            (2, None),
        ]
        found = db.execute(f"SELECT DISTINCT compression FROM parquet_metadata('{path}')").fetchall()
        assert found == [(codec,)]


def test_parquet_of_other_programs(kestra: Kestra) -> None:
    uri = kestra.ok(file("x")).outputs("file")["uri"]
    row = "1 AS a, 'x' AS b, DATE '2021-05-05' AS c, [1, 2] AS d, {'e': 1.5::DOUBLE} AS f, 1.25::DECIMAL(8, 2) AS g"
    duckdb.sql(f"COPY (SELECT {row}) TO '{kestra.path(uri)}' (FORMAT parquet)")
    run = kestra.ok({"type": "io.kestra.plugin.serdes.parquet.ParquetToIon", "from": uri})
    [found] = plain(kestra.ion(run.outputs()["uri"]))
    assert (found["a"], found["b"], found["g"], found["f"]) == (1, "x", Decimal("1.25"), {"e": 1.5})
    assert found["d"] == [{"element": 1}, {"element": 2}]


@pytest.mark.parametrize("kind", ["avro.AvroToIon", "parquet.ParquetToIon"])
def test_what_is_of_no_such_format_fails(kestra: Kestra, kind: str) -> None:
    assert kestra.run(file("nonsense"), convert(kind)).state == "FAILED"


@pytest.mark.parametrize("kind", FORMATS)
def test_the_older_names(kestra: Kestra, kind: str) -> None:
    name = kind.capitalize()
    there = convert(f"{kind}.{name}Writer", id="there")
    run = kestra.ok(file("{a:1}"), there, convert(f"{kind}.{name}Reader", "there"))
    assert kestra.ion(run.outputs()["uri"]) == [{"a": 1}]
    assert run.metric("records")["value"] == 1
