"""Athena's operations by boto3: queries and their history, results in S3 and in pages, work groups, catalogues."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from embedded.services.aws.athena.statements import parse
from tests.support.waiting import eventually
from tests.wire.aws.athena.client import BUCKET, RESULTS, Athena, furnished, values
from tests.wire.aws.server import Server, refusal, running

GROUP = "insight"
LONG = (
    "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y), "
    "UNNEST(sequence(1, 90)) c(z) WHERE x * y * z % 7 = 1"
)


@pytest.fixture(scope="module")
def athena(aws_server: Server) -> Athena:
    return Athena(aws_server)


@pytest.fixture
def group(athena: Athena) -> Iterator[Any]:
    """A work group that insists on its own place for results."""
    place = {"OutputLocation": f"s3://{BUCKET}/own/"}
    athena.client.create_work_group(Name=GROUP, Configuration={"ResultConfiguration": place}, Description="for tests")
    yield athena.client
    athena.client.delete_work_group(WorkGroup=GROUP, RecursiveDeleteOption=True)


def text(athena: Athena, location: str) -> str:
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return athena.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def refused(call: Any, **arguments: Any) -> str:
    """The message of an InvalidRequestException."""
    code, message = refusal(call, **arguments)
    assert code == "InvalidRequestException", (code, message)
    return message


def test_a_query_and_its_record(athena: Athena) -> None:
    found = athena.run("SELECT 1 AS a, 'x' AS b, CAST(NULL AS varchar) AS c, '' AS d, 'say \"hi\"\nthere' AS e")
    assert found["StatementType"] == "DML"
    assert found["SubstatementType"] == "SELECT"
    assert found["WorkGroup"] == "primary"
    assert found["QueryExecutionContext"] == {"Catalog": "awsdatacatalog", "Database": "default"}
    assert found["EngineVersion"]["EffectiveEngineVersion"] == "Athena engine version 3"
    assert found["Status"]["CompletionDateTime"] >= found["Status"]["SubmissionDateTime"]
    location = found["ResultConfiguration"]["OutputLocation"]
    assert location == f"{RESULTS}{found['QueryExecutionId']}.csv"
    assert text(athena, location) == '"a","b","c","d","e"\n"1","x",,"","say ""hi""\nthere"\n'
    assert '"Name": "a"' in text(athena, f"{location}.metadata")
    assert athena.result(found) == [("1", "x", None, "", 'say "hi"\nthere')]


def test_the_columns_of_a_result(athena: Athena) -> None:
    sql = (
        "SELECT 1 i, BIGINT '1' b, 1.5 d, 1e0 f, REAL '1' r, 'x' v, true t, DATE '2020-01-01' da, now() n, "
        "CAST('2020-01-01' AS timestamp) ts, ARRAY[1] a, MAP(ARRAY[1], ARRAY[2]) m, ROW(1) ro, to_utf8('x') by"
    )
    found = athena.client.get_query_results(QueryExecutionId=athena.run(sql)["QueryExecutionId"])
    columns = found["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    types = {column["Name"]: column["Type"] for column in columns}
    assert types == {
        "i": "integer",
        "b": "bigint",
        "d": "decimal",
        "f": "double",
        "r": "float",
        "v": "varchar",
        "t": "boolean",
        "da": "date",
        "n": "timestamp with time zone",
        "ts": "timestamp",
        "a": "array",
        "m": "map",
        "ro": "row",
        "by": "varbinary",
    }
    decimal = columns[2]
    assert (decimal["Precision"], decimal["Scale"], decimal["Label"]) == (2, 1, "d")
    assert values(found["ResultSet"]["Rows"][0]) == tuple(types)


def test_pages(athena: Athena) -> None:
    name = athena.run("SELECT x FROM UNNEST(sequence(1, 2500)) t(x) ORDER BY x")["QueryExecutionId"]
    first = athena.client.get_query_results(QueryExecutionId=name)
    assert len(first["ResultSet"]["Rows"]) == 1000  # the header is one of them
    few = athena.client.get_query_results(QueryExecutionId=name, NextToken=first["NextToken"], MaxResults=3)
    assert [values(row) for row in few["ResultSet"]["Rows"]] == [("1000",), ("1001",), ("1002",)]
    rest = athena.client.get_query_results(QueryExecutionId=name, NextToken=few["NextToken"], MaxResults=1000)
    assert values(rest["ResultSet"]["Rows"][0]) == ("1003",)
    whole = athena.client.get_paginator("get_query_results").paginate(QueryExecutionId=name)
    rows = [values(row)[0] for page in whole for row in page["ResultSet"]["Rows"]]
    assert rows == ["x", *map(str, range(1, 2501))]
    assert "Invalid NextToken" in refused(athena.client.get_query_results, QueryExecutionId=name, NextToken="x")


def test_a_result_that_was_removed(athena: Athena) -> None:
    found = athena.run("SELECT 1")
    key = found["ResultConfiguration"]["OutputLocation"].removeprefix(f"s3://{BUCKET}/")
    athena.s3.delete_object(Bucket=BUCKET, Key=key)
    name = found["QueryExecutionId"]
    assert "Could not find results" in refused(athena.client.get_query_results, QueryExecutionId=name)


def test_no_result_of_a_query_that_failed(athena: Athena) -> None:
    found = athena.wait(athena.start("SELECT nope"))
    assert found["Status"]["AthenaError"]["ErrorCategory"] == 2
    message = refused(athena.client.get_query_results, QueryExecutionId=found["QueryExecutionId"])
    assert message == "Query did not finish successfully. Final query state: FAILED"


def test_the_bucket_of_results_must_be_there(athena: Athena) -> None:
    reason = athena.reason("SELECT 1", ResultConfiguration={"OutputLocation": "s3://no-such-bucket-here/"})
    assert "s3://no-such-bucket-here/" in reason
    assert "create it first" in reason


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"WorkGroup": "nobody"}, "WorkGroup nobody is not found"),
        ({"ResultConfiguration": {}}, "No output location provided"),
        ({"ResultConfiguration": {"OutputLocation": "/tmp"}}, "not a valid S3 path"),
        ({"QueryExecutionContext": {"Catalog": "other"}}, "Catalog other"),
        ({"ExecutionParameters": ["1"]}, "Incorrect number of parameters"),
    ],
)
def test_requests_that_are_refused(athena: Athena, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError) as caught:
        athena.start("SELECT 1", **options)
    assert caught.value.response["Error"]["Code"] == "InvalidRequestException"
    assert message in caught.value.response["Error"]["Message"]


def test_parameters(athena: Athena) -> None:
    sql = "SELECT a FROM (VALUES 1, 2, 3) t(a) WHERE a > ? AND '?' = ?"
    found = athena.run(sql, ExecutionParameters=["1", "'?'"])
    assert sorted(athena.result(found)) == [("2",), ("3",)]
    assert found["ExecutionParameters"] == ["1", "'?'"]


def test_the_same_token_starts_one_query(athena: Athena) -> None:
    token = "a-token-of-these-tests-0123456789-abc"
    first = athena.start("SELECT 1", ClientRequestToken=token)
    assert athena.start("SELECT 1", ClientRequestToken=token) == first
    with pytest.raises(ClientError, match="Idempotent parameters do not match"):
        athena.start("SELECT 2", ClientRequestToken=token)


def test_stop(athena: Athena) -> None:
    name = athena.start(LONG)
    eventually(lambda: state(athena, name) == "RUNNING")
    athena.client.stop_query_execution(QueryExecutionId=name)
    assert athena.wait(name)["Status"]["State"] == "CANCELLED"


def test_stop_while_it_waits(athena: Athena) -> None:
    running_ones = [athena.start(LONG) for _ in range(4)]
    waiting = athena.start("SELECT 1")
    eventually(lambda: all(state(athena, name) == "RUNNING" for name in running_ones))
    message = refused(athena.client.get_query_results, QueryExecutionId=waiting)
    assert message == "Query has not yet finished. Current state: QUEUED"
    athena.client.stop_query_execution(QueryExecutionId=waiting)
    assert state(athena, waiting) == "CANCELLED"
    for name in running_ones:
        athena.client.stop_query_execution(QueryExecutionId=name)
    assert {athena.wait(name)["Status"]["State"] for name in (*running_ones, waiting)} == {"CANCELLED"}


def state(athena: Athena, name: str) -> str:
    return athena.client.get_query_execution(QueryExecutionId=name)["QueryExecution"]["Status"]["State"]


def test_lists_of_queries(group: Any, athena: Athena) -> None:
    names = [athena.run(f"SELECT {number}", WorkGroup=GROUP)["QueryExecutionId"] for number in range(3)]
    pages = group.get_paginator("list_query_executions").paginate(WorkGroup=GROUP, PaginationConfig={"PageSize": 2})
    assert [name for page in pages for name in page["QueryExecutionIds"]] == names[::-1]
    found = group.batch_get_query_execution(QueryExecutionIds=[names[0], "nothing"])
    assert [each["QueryExecutionId"] for each in found["QueryExecutions"]] == [names[0]]
    assert [each["QueryExecutionId"] for each in found["UnprocessedQueryExecutionIds"]] == ["nothing"]
    assert "not found" in refused(group.get_query_execution, QueryExecutionId="nothing")


def test_a_work_group_that_enforces_its_settings(group: Any, athena: Athena) -> None:
    found = athena.run("SELECT 1", WorkGroup=GROUP)
    assert found["ResultConfiguration"]["OutputLocation"].startswith(f"s3://{BUCKET}/own/")
    described = group.get_work_group(WorkGroup=GROUP)["WorkGroup"]
    assert described["Configuration"]["EnforceWorkGroupConfiguration"] is True
    assert described["State"] == "ENABLED"
    reason = athena.reason(
        f"CREATE TABLE nodb.t WITH (external_location = 's3://{BUCKET}/t/') AS SELECT 1 a", WorkGroup=GROUP
    )
    assert reason.startswith("SCHEMA_NOT_FOUND")
    group.update_work_group(
        WorkGroup=GROUP,
        Description="changed",
        ConfigurationUpdates={
            "EnforceWorkGroupConfiguration": False,
            "ResultConfigurationUpdates": {"RemoveOutputLocation": True},
        },
    )
    described = group.get_work_group(WorkGroup=GROUP)["WorkGroup"]
    assert described["Description"] == "changed"
    assert described["Configuration"]["ResultConfiguration"] == {}
    elsewhere = athena.run("SELECT 1", WorkGroup=GROUP)["ResultConfiguration"]["OutputLocation"]
    assert elsewhere.startswith(RESULTS)


def test_a_disabled_work_group(group: Any, athena: Athena) -> None:
    group.update_work_group(WorkGroup=GROUP, State="DISABLED")
    with pytest.raises(ClientError, match=f"WorkGroup {GROUP} is disabled"):
        athena.start("SELECT 1", WorkGroup=GROUP)


def test_work_groups_are_listed_and_deleted(group: Any, athena: Athena) -> None:
    names = [each["Name"] for each in group.list_work_groups()["WorkGroups"]]
    assert names == [GROUP, "primary"]
    page = group.list_work_groups(MaxResults=1)
    following = group.list_work_groups(MaxResults=1, NextToken=page["NextToken"])
    assert [each["Name"] for each in following["WorkGroups"]] == ["primary"]
    assert "already created" in refused(group.create_work_group, Name=GROUP)
    athena.run("SELECT 1", WorkGroup=GROUP)
    assert "not empty" in refused(group.delete_work_group, WorkGroup=GROUP)
    assert "primary" in refused(group.delete_work_group, WorkGroup="primary")
    settings = {"EnableMinimumEncryptionConfiguration": True}
    assert "EnableMinimumEncryption" in refused(group.create_work_group, Name="other", Configuration=settings)


def test_a_limit_of_bytes(athena: Athena) -> None:
    athena.run("CREATE DATABASE big")
    athena.s3.put_object(Bucket=BUCKET, Key="big/a.csv", Body=b"x" * 11_000_000)
    athena.run(f"CREATE EXTERNAL TABLE big.t (a string) LOCATION 's3://{BUCKET}/big/'")
    athena.client.create_work_group(Name="small", Configuration={"BytesScannedCutoffPerQuery": 10_000_000})
    found = athena.wait(athena.start("SELECT count(*) FROM big.t", WorkGroup="small"))
    assert found["Status"]["State"] == "CANCELLED"
    assert found["Status"]["StateChangeReason"] == "Query cancelled! : Bytes scanned limit was exceeded"
    assert found["Statistics"]["DataScannedInBytes"] == 11_000_000
    athena.client.delete_work_group(WorkGroup="small", RecursiveDeleteOption=True)
    athena.run("DROP DATABASE big CASCADE")


def test_catalogues(athena: Athena) -> None:
    client = athena.client
    assert client.list_data_catalogs()["DataCatalogsSummary"][0]["CatalogName"] == "AwsDataCatalog"
    assert client.get_data_catalog(Name="awsdatacatalog")["DataCatalog"]["Type"] == "GLUE"
    assert "not found" in refused(client.get_data_catalog, Name="other")
    athena.run("CREATE DATABASE shown COMMENT 'what for'")
    athena.run(
        "CREATE EXTERNAL TABLE shown.t (a int COMMENT 'first') PARTITIONED BY (d string) "
        f"LOCATION 's3://{BUCKET}/shown/'"
    )
    database = client.get_database(CatalogName="AwsDataCatalog", DatabaseName="shown")["Database"]
    assert database == {"Name": "shown", "Description": "what for"}
    listed = client.list_databases(CatalogName="AwsDataCatalog")["DatabaseList"]
    assert "shown" in [each["Name"] for each in listed]
    own = {"CatalogName": "AwsDataCatalog", "DatabaseName": "shown"}
    table = client.get_table_metadata(**own, TableName="t")["TableMetadata"]
    assert table["Columns"] == [{"Name": "a", "Type": "int", "Comment": "first"}]
    assert table["PartitionKeys"] == [{"Name": "d", "Type": "string"}]
    assert table["Parameters"]["location"] == f"s3://{BUCKET}/shown/"
    assert [each["Name"] for each in client.list_table_metadata(**own, Expression="T.*")["TableMetadataList"]] == ["t"]
    assert client.list_table_metadata(**own, Expression="u.*")["TableMetadataList"] == []
    assert refusal(client.get_table_metadata, **own, TableName="nope")[0] == "MetadataException"
    athena.run("DROP DATABASE shown CASCADE")


def test_what_is_absent_says_so(athena: Athena) -> None:
    code, message = refusal(athena.client.list_notebook_metadata, WorkGroup="primary")
    assert code == "NotImplemented"
    assert "ListNotebookMetadata" in message


def test_history_and_work_groups_survive_a_kill(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        athena = Athena(furnished(server))
        athena.client.create_work_group(Name=GROUP)
        done = athena.run("SELECT 42")["QueryExecutionId"]
        cut_off = athena.start(LONG)
        eventually(lambda: state(athena, cut_off) == "RUNNING")
        server.kill()
        server.start()
        found = athena.wait(cut_off)["Status"]
        assert found["State"] == "FAILED"
        assert "stopped while the query ran" in found["StateChangeReason"]
        assert athena.result(athena.wait(done)) == [("42",)]
        assert athena.client.get_work_group(WorkGroup=GROUP)["WorkGroup"]["Name"] == GROUP


def test_a_stop_does_not_wait_for_queries(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        athena = Athena(furnished(server))
        name = athena.start(LONG)
        eventually(lambda: state(athena, name) == "RUNNING")
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 10


def test_comments_and_case_do_not_hide_what_a_statement_is() -> None:
    kinds = {
        '-- /* {"app": "dbt"} */\nselect 1': ("DML", "SELECT"),
        "/* a */ with x as (select 1) select * from x": ("DML", "SELECT"),
        "insert into a select 1": ("DML", "INSERT_INTO"),
        "Create Table a As Select 1 b": ("DDL", "CREATE_TABLE_AS_SELECT"),
        "-- x\n create or replace view a as select 1 b": ("DDL", "CREATE_VIEW"),
        "msck repair table a": ("DDL", "MSCK_REPAIR"),
        "show tables": ("UTILITY", "SHOW_TABLES"),
        "describe a": ("UTILITY", "DESCRIBE"),
    }
    assert {sql: (parse(sql).type, parse(sql).subtype) for sql in kinds} == kinds
