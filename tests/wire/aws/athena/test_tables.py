"""Tables of Athena: files of every format, partitions, CREATE TABLE AS, INSERT, views, and Hive's DDL."""

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.wire.aws.athena.client import BUCKET, Athena, Failed
from tests.wire.aws.server import Server

DATABASE = "lake"
COLUMNS = "id int, name string, amount decimal(5,2), day date, at timestamp, ok boolean, ratio double"
ROW = "1 id, 'a' name, 1.25 amount, DATE '2020-01-02' day, CAST('2020-01-02 03:04:05.678' AS timestamp) at"
SHOWN = ("1", "a", "1.25", "2020-01-02", "2020-01-02 03:04:05.678", "true", "0.5")


@pytest.fixture
def athena(aws_server: Server) -> Iterator[Athena]:
    """A database without tables, and no files."""
    athena = Athena(aws_server, DATABASE)
    athena.glue.create_database(DatabaseInput={"Name": DATABASE})
    yield athena
    athena.glue.delete_database(Name=DATABASE)
    pages = athena.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="lake/")
    for item in (item for page in pages for item in page.get("Contents", [])):
        athena.s3.delete_object(Bucket=BUCKET, Key=item["Key"])


def lake(name: str) -> str:
    return f"s3://{BUCKET}/lake/{name}/"


def put(athena: Athena, key: str, body: bytes) -> None:
    athena.s3.put_object(Bucket=BUCKET, Key=f"lake/{key}", Body=body)


def keys(athena: Athena, prefix: str) -> list[str]:
    listed = athena.s3.list_objects_v2(Bucket=BUCKET, Prefix=f"lake/{prefix}")
    return [item["Key"].removeprefix("lake/") for item in listed.get("Contents", [])]


def parquet(**columns: pa.Array) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    return target.getvalue()


@pytest.mark.parametrize("file_format", ["PARQUET", "JSON", "TEXTFILE"])
def test_create_table_as_and_insert(athena: Athena, file_format: str) -> None:
    with_ = f"WITH (format = '{file_format}', external_location = '{lake('t')}')"
    made = athena.run(f"CREATE TABLE t {with_} AS SELECT {ROW}, true ok, 0.5e0 ratio")
    assert (made["StatementType"], made["SubstatementType"]) == ("DDL", "CREATE_TABLE_AS_SELECT")
    assert athena.client.get_query_results(QueryExecutionId=made["QueryExecutionId"])["UpdateCount"] == 1
    manifest = made["Statistics"]["DataManifestLocation"].removeprefix(f"s3://{BUCKET}/")
    files = athena.s3.get_object(Bucket=BUCKET, Key=manifest)["Body"].read().decode().split()
    assert files == [f"s3://{BUCKET}/lake/{key}" for key in keys(athena, "t/")]
    inserted = athena.run("INSERT INTO t (id, name) VALUES (2, 'b'), (3, NULL)")
    assert athena.client.get_query_results(QueryExecutionId=inserted["QueryExecutionId"])["UpdateCount"] == 2
    assert inserted["SubstatementType"] == "INSERT_INTO"
    rows = athena.rows("SELECT * FROM t ORDER BY id")
    assert rows == [SHOWN, ("2", "b", *[None] * 5), ("3", *[None] * 6)]
    table = athena.glue.get_table(DatabaseName=DATABASE, Name="t")["Table"]
    types = [column["Type"] for column in table["StorageDescriptor"]["Columns"]]
    assert types == ["int", "string", "decimal(3,2)", "date", "timestamp", "boolean", "double"]
    assert table["TableType"] == "EXTERNAL_TABLE"


def test_tables_go_below_the_results_when_nothing_is_said(athena: Athena) -> None:
    made = athena.run("CREATE TABLE t AS SELECT 1 a")
    location = athena.glue.get_table(DatabaseName=DATABASE, Name="t")["Table"]["StorageDescriptor"]["Location"]
    assert location == f"s3://{BUCKET}/results/tables/{made['QueryExecutionId']}/"
    assert athena.rows("SELECT * FROM t") == [("1",)]


@pytest.mark.parametrize("compression", ["SNAPPY", "GZIP", "ZSTD", "NONE"])
def test_compressions_of_parquet(athena: Athena, compression: str) -> None:
    athena.run(
        f"CREATE TABLE t WITH (write_compression = '{compression}', external_location = '{lake('t')}') AS SELECT 1 a"
    )
    (key,) = keys(athena, "t/")
    file = io.BytesIO(athena.s3.get_object(Bucket=BUCKET, Key=f"lake/{key}")["Body"].read())
    used = pq.ParquetFile(file).metadata.row_group(0).column(0).compression
    assert used == {"NONE": "UNCOMPRESSED"}.get(compression, compression)


def test_a_table_without_rows(athena: Athena) -> None:
    athena.run("CREATE TABLE t AS SELECT 1 a, 'x' b WHERE false")
    athena.run("CREATE TABLE u AS SELECT 1 a, 'x' b WITH NO DATA")
    assert athena.rows("SELECT count(*) FROM t") == [("0",)]
    assert athena.rows("SELECT * FROM u") == []
    athena.run("INSERT INTO u SELECT 2, 'y'")
    assert athena.rows("SELECT * FROM u") == [("2", "y")]


def test_partitions_are_written_registered_and_read(athena: Athena) -> None:
    athena.run(
        f"CREATE TABLE t WITH (partitioned_by = ARRAY['y', 'm'], external_location = '{lake('t')}') AS "
        "SELECT * FROM (VALUES (1, 2020, 'a b'), (2, 2020, '02'), (3, 2021, NULL)) v(id, y, m)"
    )
    folders = {key.rpartition("/")[0] for key in keys(athena, "t/")}
    assert folders == {"t/y=2020/m=02", "t/y=2020/m=a b", "t/y=2021/m=__HIVE_DEFAULT_PARTITION__"}
    assert athena.rows("SHOW PARTITIONS t")[0] == ("y=2020/m=02",)
    athena.run("INSERT INTO t VALUES (4, 2022, '1'), (5, 2020, '02')")
    expected = [("1", "2020", "a b"), ("2", "2020", "02"), ("3", "2021", None), ("4", "2022", "1"), ("5", "2020", "02")]
    assert athena.rows("SELECT * FROM t ORDER BY id") == expected
    assert athena.rows("SELECT id FROM t WHERE y = 2020 AND m = '02' ORDER BY 1") == [("2",), ("5",)]
    athena.run("ALTER TABLE t DROP PARTITION (y = 2020), PARTITION (y = 2022, m = '1')")
    assert athena.rows("SELECT id FROM t") == [("3",)]
    repaired = athena.rows("MSCK REPAIR TABLE t")
    assert ("Repair: Added partition to metastore t:y=2022/m=1",) in repaired
    assert athena.rows("SELECT * FROM t ORDER BY id") == expected


def test_partitions_elsewhere(athena: Athena) -> None:
    put(athena, "other/a", parquet(id=pa.array([7], pa.int32())))
    athena.run(f"CREATE EXTERNAL TABLE t (id int) PARTITIONED BY (d date) STORED AS PARQUET LOCATION '{lake('t')}'")
    add = f"PARTITION (d = '2020-01-01') LOCATION '{lake('other')}'"
    athena.run(f"ALTER TABLE t ADD {add} PARTITION (d = '2020-01-02')")
    athena.run(f"ALTER TABLE t ADD IF NOT EXISTS {add}")
    assert "already exists" in athena.reason(f"ALTER TABLE t ADD {add}").lower()
    assert athena.rows("SELECT id, d FROM t") == [("7", "2020-01-01")]
    assert athena.rows("SELECT id FROM t WHERE d > DATE '2020-01-01'") == []
    athena.run("INSERT INTO t VALUES (8, DATE '2020-01-01')")
    assert len(keys(athena, "other/")) == 2
    assert athena.rows("SELECT id FROM t ORDER BY 1") == [("7",), ("8",)]
    assert "does not fit the keys" in athena.reason("ALTER TABLE t ADD PARTITION (x = '1')")
    assert "Partition not found" in athena.reason("ALTER TABLE t DROP PARTITION (d = '1999-01-01')")


def test_a_hundred_partitions_and_no_more(athena: Athena) -> None:
    def create(count: int) -> str:
        options = f"partitioned_by = ARRAY['p'], external_location = '{lake('t')}'"
        return f"CREATE TABLE t WITH ({options}) AS SELECT x, x AS p FROM UNNEST(sequence(1, {count})) u(x)"

    assert athena.reason(create(101)).startswith("HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers")
    athena.run(create(100))
    assert athena.rows("SELECT count(*), sum(p) FROM t") == [("100", "5050")]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("CREATE TABLE t AS SELECT 1", "MISSING_COLUMN_NAME: "),
        ("CREATE TABLE t AS SELECT 1 a, 2 a", "DUPLICATE_COLUMN_NAME: "),
        ("CREATE TABLE t AS SELECT NULL a", "COLUMN_TYPE_UNKNOWN: "),
        ("CREATE TABLE t AS SELECT ROW(1) a", "NOT_SUPPORTED: line 1:14: Unsupported Hive type: row(integer)"),
        ("CREATE TABLE t AS SELECT now() a", "NOT_SUPPORTED: line 1:14: Unsupported Hive type: timestamp(3) with time"),
        ("CREATE TABLE t WITH (format = 'ORC') AS SELECT 1 a", "NOT_SUPPORTED: line 1:14: The format ORC"),
        ("CREATE TABLE t WITH (table_type = 'iceberg') AS SELECT 1 a", "NOT_SUPPORTED: "),
        ("CREATE TABLE t WITH (bucket_count = 2) AS SELECT 1 a", "NOT_SUPPORTED: "),
        ("CREATE TABLE t WITH (partitioned_by = ARRAY['a']) AS SELECT 1 a, 2 b", "HIVE_COLUMN_ORDER_MISMATCH: "),
        ("CREATE TABLE there AS SELECT 1 a", "TABLE_ALREADY_EXISTS: "),
        ("INSERT INTO there SELECT 'x'", "TYPE_MISMATCH: "),
        ("INSERT INTO there (nope) SELECT 1", "COLUMN_NOT_FOUND: "),
        ("INSERT INTO there SELECT 1, 2", "TYPE_MISMATCH: "),
        ("INSERT INTO nowhere SELECT 1", "TABLE_NOT_FOUND: "),
        ("DELETE FROM there WHERE a = 1", "NOT_SUPPORTED: Modifying Hive table rows is only supported"),
        ("UPDATE there SET a = 1", "NOT_SUPPORTED: Modifying Hive table rows is only supported"),
        ("DROP TABLE nowhere", "FAILED: SemanticException [Error 10001]: Table not found lake.nowhere"),
        ("DROP VIEW there", "FAILED: SemanticException lake.there: use DROP TABLE"),
        ("ALTER TABLE there RENAME TO other", "NOT_SUPPORTED: "),
        ("CREATE TABLE t (a int)", "NOT_SUPPORTED: CREATE TABLE without EXTERNAL"),
        ("SHOW PARTITIONS there", "FAILED: Execution Error, return code 1. Table lake.there is not a partitioned"),
        ("CREATE DATABASE lake", "FAILED: SemanticException [Error 10072]: Database lake already exists"),
        ("DROP DATABASE lake", "FAILED: Execution Error, return code 1. InvalidOperationException(message:Database"),
        ("CREATE VIEW there AS SELECT 1 a", "TABLE_ALREADY_EXISTS: "),
        ("CREATE EXTERNAL TABLE there (a int) LOCATION 's3://b/c/'", "FAILED: Execution Error: AlreadyExists"),
        ("CREATE EXTERNAL TABLE t (a int) STORED AS ORC LOCATION 's3://b/c/'", "NOT_SUPPORTED: "),
        ("CREATE EXTERNAL TABLE t (a int) LOCATION 'file:///tmp'", "FAILED: SemanticException: file:///tmp is no"),
    ],
)
def test_refused(athena: Athena, sql: str, reason: str) -> None:
    athena.run("CREATE TABLE there AS SELECT 1 a")
    assert athena.reason(sql).startswith(reason)


def test_a_place_that_is_taken(athena: Athena) -> None:
    put(athena, "t/old", b"x")
    sql = f"CREATE TABLE t WITH (external_location = '{lake('t')}') AS SELECT 1 a"
    assert athena.reason(sql).startswith("HIVE_PATH_ALREADY_EXISTS: ")


def test_views(athena: Athena) -> None:
    athena.run("CREATE TABLE t AS SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v(id, name)")
    athena.run("CREATE OR REPLACE VIEW v AS SELECT id, upper(name) AS Big FROM t WHERE id > 1")
    athena.run('CREATE VIEW "awsdatacatalog"."lake"."w" AS WITH x AS (SELECT * FROM v) SELECT big FROM x')
    assert athena.rows("SELECT * FROM v") == [("2", "B")]
    assert Athena.rows(other_database(athena), "SELECT * FROM lake.w") == [("B",)]
    table = athena.glue.get_table(DatabaseName=DATABASE, Name="v")["Table"]
    assert table["TableType"] == "VIRTUAL_VIEW"
    assert table["ViewOriginalText"].startswith("/* Presto View: ")
    assert [column["Name"] for column in table["StorageDescriptor"]["Columns"]] == ["id", "big"]
    assert athena.rows("SHOW CREATE VIEW v")[0] == ("CREATE VIEW lake.v AS",)
    assert athena.rows("SHOW VIEWS") == [("v",), ("w",)]
    assert athena.reason("CREATE VIEW v AS SELECT 1 a").startswith("TABLE_ALREADY_EXISTS: ")
    assert athena.reason("INSERT INTO v SELECT 1, 'x'").startswith("NOT_SUPPORTED: ")
    athena.run("CREATE OR REPLACE VIEW v AS SELECT 1 AS one")
    assert athena.rows("SELECT * FROM v") == [("1",)]
    assert athena.reason("SELECT * FROM w").startswith("COLUMN_NOT_FOUND: ")
    athena.run("DROP VIEW v")
    athena.run("DROP VIEW IF EXISTS v")
    assert athena.reason("SELECT * FROM w").startswith("TABLE_NOT_FOUND: ")


def other_database(athena: Athena) -> Athena:
    other = Athena.__new__(Athena)
    other.__dict__ = athena.__dict__ | {"database": "default"}
    return other


def test_a_view_whose_table_has_changed_is_stale(athena: Athena) -> None:
    athena.run("CREATE TABLE t AS SELECT 1 a")
    athena.run("CREATE VIEW v AS SELECT a FROM t")
    athena.run("DROP TABLE t")
    athena.run("CREATE TABLE t AS SELECT 'x' a")
    assert athena.reason("SELECT * FROM v").startswith("VIEW_IS_STALE: View 'awsdatacatalog.lake.v' is stale")


def test_parquet_is_read_by_name_and_hidden_files_are_not(athena: Athena) -> None:
    put(athena, "t/1.parquet", parquet(B=pa.array(["x"]), a=pa.array([1], pa.int32())))
    put(athena, "t/2.parquet", parquet(a=pa.array([2], pa.int32()), c=pa.array([1.5], pa.float32())))
    put(athena, "t/_SUCCESS", b"nothing")
    put(athena, "t/", b"")
    athena.run(f"CREATE EXTERNAL TABLE t (c double, a bigint, b string) STORED AS PARQUET LOCATION '{lake('t')}'")
    assert athena.rows("SELECT * FROM t ORDER BY a") == [(None, "1", "x"), ("1.5", "2", None)]


@pytest.mark.parametrize(
    ("column", "declared"),
    [
        (pa.array([1], pa.int64()), "int"),
        (pa.array([1], pa.int32()), "string"),
        (pa.array(["1"]), "bigint"),
        (pa.array(["2020-01-01"]), "date"),
        (pa.array([1.5], pa.float64()), "float"),
        (pa.array([1.5], pa.float64()), "decimal(5,2)"),
    ],
)
def test_a_parquet_column_of_another_type(athena: Athena, column: pa.Array, declared: str) -> None:
    put(athena, "t/a", parquet(a=column))
    athena.run(f"CREATE EXTERNAL TABLE t (a {declared}) STORED AS PARQUET LOCATION '{lake('t')}'")
    assert athena.reason("SELECT * FROM t").startswith("HIVE_BAD_DATA: Field a's type ")


def test_a_file_that_is_no_parquet(athena: Athena) -> None:
    put(athena, "t/a", b"a,b\n")
    athena.run(f"CREATE EXTERNAL TABLE t (a int) STORED AS PARQUET LOCATION '{lake('t')}'")
    assert athena.reason("SELECT * FROM t").startswith("HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split of lake/t/a")


def test_separated_text(athena: Athena) -> None:
    body = 'id,name,amount,day,at,ok,ratio\n1,"a",1.25,2020-01-02,2020-01-02 03:04:05.678,TRUE,0.5\n'
    body += "x,\\N,x,x,x,x,x\n2\n3,b,1.255,,,,,ignored\n"
    put(athena, "t/a.csv", body.encode())
    put(athena, "t/b.csv.gz", gzip.compress(b"head\n9,z\n"))
    athena.run(
        f"CREATE EXTERNAL TABLE t ({COLUMNS}) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION '{lake('t')}' "
        "TBLPROPERTIES ('skip.header.line.count' = '1')"
    )
    assert sorted(athena.rows("SELECT * FROM t"), key=repr) == sorted(
        [
            ("1", '"a"', *SHOWN[2:]),
            (None,) * 7,
            ("2", *[None] * 6),
            ("3", "b", "1.26", None, None, None, None),
            ("9", "z", *[None] * 5),
        ],
        key=repr,
    )


CSV = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'"


def test_quoted_csv(athena: Athena) -> None:
    put(athena, "t/a.csv", b'a,b\n1,"x, ""y"""\n2,\n3\n')
    put(athena, "t/b.csv.gz", gzip.compress(b"a,b\n4,z\n"))
    skip = "TBLPROPERTIES ('skip.header.line.count' = '1')"
    athena.run(f"CREATE EXTERNAL TABLE t (a int, b string) {CSV} LOCATION '{lake('t')}' {skip}")
    assert athena.rows("SELECT * FROM t ORDER BY a") == [("1", 'x, "y"'), ("2", ""), ("3", None), ("4", "z")]
    put(athena, "t/c.csv", b"a,b\nfive,x\n")
    assert athena.reason("SELECT * FROM t").startswith("HIVE_BAD_DATA: Error parsing field value 'five' for field a")
    put(athena, "t/c.csv", b'a,b\n5,"x\\"y"\n')
    assert athena.reason("SELECT * FROM t").startswith("NOT_SUPPORTED: lake/t/c.csv: quotes escaped by a backslash")


def test_other_separators(athena: Athena) -> None:
    put(athena, "t/a.csv", b"1;'x;y'\n")
    settings = "WITH SERDEPROPERTIES ('separatorChar' = ';', 'quoteChar' = '\\'')"
    athena.run(f"CREATE EXTERNAL TABLE t (a string, b string) {CSV} {settings} LOCATION '{lake('t')}'")
    assert athena.rows("SELECT * FROM t") == [("1", "x;y")]
    put(athena, "u/a", b"1\tx\n")
    form = "ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t'"
    athena.run(f"CREATE EXTERNAL TABLE u (a int, b string) {form} LOCATION '{lake('u')}'")
    assert athena.rows("SELECT * FROM u") == [("1", "x")]


JSON = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"


def test_json(athena: Athena) -> None:
    lines = [
        {"userId": 1, "name": "a", "tags": ["x", "y"], "place": {"City": "KL"}},
        {"USERID": 2, "name": 5, "extra": True},
        {"userid": None},
    ]
    put(athena, "t/a.json", "\n".join(map(json.dumps, lines)).encode())
    athena.run(
        f"CREATE EXTERNAL TABLE t (userid bigint, name string, tags array<string>) {JSON} LOCATION '{lake('t')}'"
    )
    expected = [("1", "a", "[x, y]"), ("2", "5", None), (None, None, None)]
    assert athena.rows("SELECT * FROM t ORDER BY userid") == expected
    put(athena, "t/b.json", b'{"userid": "many"}\n')
    assert athena.reason("SELECT * FROM t").startswith("HIVE_BAD_DATA: ")


def test_keys_inside_of_json_objects(athena: Athena) -> None:
    """They count without their case, as those outside; a structure takes those that it has."""
    lines = [
        {"Place": {"City": "KL", "ZIP": 1, "more": 1}, "Seen": [{"At": "a"}, None], "By": {"Kept": {"N": 1.5}}},
        {"place": {"CITY": None}, "seen": [], "by": {}},
        {"place": None},
    ]
    put(athena, "t/a.json", "\n".join(map(json.dumps, lines)).encode())
    types = "Place struct<City:string,ZIP:int>, seen array<struct<At:string>>, `by` map<string,struct<N:double>>"
    athena.run(f"CREATE EXTERNAL TABLE t ({types}) {JSON} LOCATION '{lake('t')}'")
    sql = "SELECT place.city, place.zip, cardinality(seen), seen[1].at, \"by\"['Kept'].n FROM t WHERE place.city = 'KL'"
    assert athena.rows(sql) == [("KL", "1", "2", "a", "1.5")]
    assert athena.rows("SELECT place, place IS NULL, seen FROM t WHERE place.city IS NULL ORDER BY 2") == [
        ("{city=null, zip=null}", "false", "[]"),
        (None, "true", None),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"a": 1, "A": 2}, 'HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: Duplicate key "a"'),
        (
            {"s": {"k": 1, "K": 2}},
            'HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: Duplicate key "k"',
        ),
        ({"s": "text"}, "HIVE_BAD_DATA: Error parsing field value '\"text\"' for field s"),
        ({"s": {"k": "many"}}, "HIVE_BAD_DATA: Error parsing field value 'many' for field s"),
    ],
)
def test_json_that_is_no_row_of_the_table(athena: Athena, line: dict[str, Any], reason: str) -> None:
    put(athena, "t/a.json", json.dumps(line).encode())
    athena.run(f"CREATE EXTERNAL TABLE t (a int, s struct<k:int>) {JSON} LOCATION '{lake('t')}'")
    assert athena.reason("SELECT a, s FROM t") == reason


def test_json_whose_case_counts(athena: Athena) -> None:
    put(athena, "t/a.json", b'{"a": 1, "A": 2, "B": 3}')
    settings = "WITH SERDEPROPERTIES ('case.insensitive' = 'FALSE')"
    athena.run(f"CREATE EXTERNAL TABLE t (a int, b int) {JSON} {settings} LOCATION '{lake('t')}'")
    assert athena.rows("SELECT a, b FROM t") == [("1", None)]


@pytest.mark.parametrize(
    "clause",
    [
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '\\\\'",
        f"{JSON} WITH SERDEPROPERTIES ('mapping.a' = 'b')",
        f"{JSON} WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true')",
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'",
    ],
)
def test_settings_that_are_not_known_are_not_ignored(athena: Athena, clause: str) -> None:
    put(athena, "t/a", b"1\n")
    athena.run(f"CREATE EXTERNAL TABLE t (a string) {clause} LOCATION '{lake('t')}'")
    reason = athena.reason("SELECT * FROM t")
    assert reason.startswith(("NOT_SUPPORTED: ", "HIVE_UNSUPPORTED_FORMAT: ")), reason


def test_projection_is_refused(athena: Athena) -> None:
    properties = "TBLPROPERTIES ('projection.enabled' = 'true')"
    athena.run(f"CREATE EXTERNAL TABLE t (a int) PARTITIONED BY (d int) LOCATION '{lake('t')}' {properties}")
    athena.run("ALTER TABLE t ADD PARTITION (d = 1)")
    assert "partition projection" in athena.reason("SELECT * FROM t")


def test_a_missing_bucket(athena: Athena) -> None:
    athena.run("CREATE EXTERNAL TABLE t (a int) LOCATION 's3://not-there-at-all/x/'")
    assert "not-there-at-all" in athena.reason("SELECT * FROM t")


def test_ddl_of_hive(athena: Athena) -> None:
    athena.run(
        f"CREATE EXTERNAL TABLE IF NOT EXISTS `lake`.`t` (`a` int COMMENT 'it''s', b struct<x:int,y:array<string>>) "
        f"COMMENT 'what' PARTITIONED BY (d string) {CSV} WITH SERDEPROPERTIES ('separatorChar' = ';') "
        f"STORED AS TEXTFILE LOCATION '{lake('t')}' TBLPROPERTIES ('k' = 'v')"
    )
    table = athena.glue.get_table(DatabaseName=DATABASE, Name="t")["Table"]
    assert table["Description"] == "what"
    assert table["Parameters"]["k"] == "v"
    assert table["StorageDescriptor"]["Columns"][1]["Type"] == "struct<x:int,y:array<string>>"
    assert table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].endswith("OpenCSVSerde")
    athena.run("ALTER TABLE `lake`.`t` SET TBLPROPERTIES ('k' = 'w', 'classification' = 'csv')")
    athena.run("ALTER TABLE t ADD COLUMNS (c bigint)")
    athena.run("ALTER TABLE t CHANGE COLUMN a a2 bigint")
    athena.run(f"ALTER TABLE t SET LOCATION '{lake('t2')}'")
    described = athena.rows("DESCRIBE t")
    assert [cell.strip() for cell in described[0]] == ["a2", "bigint", "it's"]
    assert athena.rows("SHOW TBLPROPERTIES t ('k')") == [("w",)]
    assert [row[0].strip() for row in athena.rows("SHOW COLUMNS IN t")] == ["a2", "b", "c", "d"]
    text = "\n".join(row[0] for row in athena.rows("SHOW CREATE TABLE t"))
    assert "PARTITIONED BY (" in text
    assert f"'{lake('t2')}'" in text
    again = text.replace("`lake.t`", "`u`")
    athena.run(again)
    copied = athena.glue.get_table(DatabaseName=DATABASE, Name="u")["Table"]
    original = athena.glue.get_table(DatabaseName=DATABASE, Name="t")["Table"]
    assert copied["StorageDescriptor"]["Columns"] == original["StorageDescriptor"]["Columns"]
    assert copied["StorageDescriptor"]["SerdeInfo"] == original["StorageDescriptor"]["SerdeInfo"]
    athena.run("ALTER TABLE t REPLACE COLUMNS (z string)")
    assert athena.rows("SHOW TABLES '*t*'") == [("t",)]
    assert athena.rows("SHOW TABLES IN lake") == [("t",), ("u",)]
    assert ("lake",) in athena.rows("SHOW DATABASES LIKE 'la*'")
    athena.run("DROP TABLE `u`")
    assert athena.rows("SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'lake'") == [
        ("t", "BASE TABLE")
    ]
    columns = "SELECT column_name, data_type, extra_info FROM information_schema.columns WHERE table_name = 't'"
    assert athena.rows(f"{columns} ORDER BY ordinal_position") == [
        ("z", "varchar", None),
        ("d", "varchar", "partition key"),
    ]


def test_a_table_is_read_while_it_is_replaced(athena: Athena) -> None:
    athena.run("CREATE TABLE t AS SELECT x FROM UNNEST(sequence(1, 5000)) u(x)")
    running = [
        athena.start("SELECT count(*), sum(x) FROM t CROSS JOIN UNNEST(sequence(1, 200)) v(y)") for _ in range(3)
    ]
    location = athena.glue.get_table(DatabaseName=DATABASE, Name="t")["Table"]["StorageDescriptor"]["Location"]
    prefix = location.removeprefix(f"s3://{BUCKET}/")
    for item in athena.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["Contents"]:
        athena.s3.delete_object(Bucket=BUCKET, Key=item["Key"])
    for name in running:
        (row,) = athena.result(athena.wait(name))
        assert row in [("1000000", str(200 * 5000 * 5001 // 2)), ("0", None)]  # before or after, never half


def test_numbers_agree_with_duckdb_on_the_same_file(athena: Athena, tmp_path: Path) -> None:
    file = tmp_path / "rides.parquet"
    source = "SELECT i, i % 7 AS shop, (i * 37 % 1000) / 8 AS fare FROM range(20000) t(i)"
    duckdb.sql(f"COPY ({source}) TO '{file}' (FORMAT parquet)")
    put(athena, "t/a.parquet", file.read_bytes())
    athena.run(f"CREATE EXTERNAL TABLE t (i bigint, shop bigint, fare double) STORED AS PARQUET LOCATION '{lake('t')}'")
    sql = "SELECT shop, count(*), round(sum(fare), 3), max(i) FROM t GROUP BY shop ORDER BY shop"
    expected = duckdb.sql(sql.replace("FROM t", f"FROM '{file}'")).fetchall()
    found = [(int(shop), int(count), float(fare), int(last)) for shop, count, fare, last in athena.rows(sql)]
    assert found == expected


def test_an_error_names_the_statement_that_failed(athena: Athena) -> None:
    with pytest.raises(Failed, match=r"line 2:7: Table 'awsdatacatalog.lake.nope' does not exist"):
        athena.rows("SELECT 1\n FROM nope")
