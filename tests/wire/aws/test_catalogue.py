"""Glue's Data Catalog at the wire."""

from collections.abc import Iterator
from typing import Any

import pytest

from embedded.services.aws.glue.partition_expression import NO_VALUE, PartitionExpression
from tests.wire.aws.server import Server, refusal

DATABASE = "catalogue_tests"
TABLE = {
    "Name": "Sales",
    "StorageDescriptor": {"Columns": [{"Name": "amount", "Type": "double"}], "Location": "s3://bucket/sales/"},
    "PartitionKeys": [{"Name": "year", "Type": "string"}, {"Name": "month", "Type": "int"}],
}


@pytest.fixture
def glue(server: Server) -> Iterator[Any]:
    glue = server.client("glue")
    glue.create_database(DatabaseInput={"Name": DATABASE})
    yield glue
    glue.delete_database(Name=DATABASE)


@pytest.fixture
def sales(glue: Any) -> Any:
    glue.create_table(DatabaseName=DATABASE, TableInput=TABLE)
    values = [[year, str(month)] for year in ("2024", "2025") for month in range(1, 13)]
    given = [{"Values": pair, "StorageDescriptor": {"Location": f"s3://b/{'/'.join(pair)}/"}} for pair in values]
    assert glue.batch_create_partition(**of_sales(), PartitionInputList=given)["Errors"] == []
    return glue


def of_sales() -> dict[str, str]:
    return {"DatabaseName": DATABASE, "TableName": "sales"}


def test_databases(glue: Any) -> None:
    about = {"Name": "Other", "Description": "é", "LocationUri": "s3://b/", "Parameters": {"k": "v"}}
    glue.create_database(DatabaseInput=about)
    assert refusal(glue.create_database, DatabaseInput={"Name": "other"})[0] == "AlreadyExistsException"
    found = glue.get_database(Name="OTHER")["Database"]
    assert {name: found[name] for name in about} == about | {"Name": "other"}
    pages = glue.get_paginator("get_databases").paginate(PaginationConfig={"PageSize": 1})
    assert [one["Name"] for page in pages for one in page["DatabaseList"]] == [DATABASE, "other"]
    glue.update_database(Name="other", DatabaseInput={"Name": "other", "Description": "new"})
    changed = glue.get_database(Name="other")["Database"]
    assert (changed["Description"], changed["CreateTime"], "Parameters" in changed) == (
        "new",
        found["CreateTime"],
        False,
    )
    assert refusal(glue.update_database, Name="other", DatabaseInput={"Name": "x"})[0] == "InvalidInputException"
    glue.delete_database(Name="other")
    assert refusal(glue.get_database, Name="other") == ("EntityNotFoundException", "Database other not found.")
    assert refusal(glue.get_databases, NextToken="x")[0] == "InvalidInputException"


def test_tables_and_their_versions(glue: Any) -> None:
    glue.create_table(DatabaseName=DATABASE, TableInput=TABLE)
    assert refusal(glue.create_table, DatabaseName=DATABASE, TableInput=TABLE)[0] == "AlreadyExistsException"
    assert refusal(glue.create_table, DatabaseName="none", TableInput=TABLE)[0] == "EntityNotFoundException"
    first = glue.get_table(DatabaseName=DATABASE, Name="SALES")["Table"]
    assert (first["Name"], first["VersionId"], first["DatabaseName"]) == ("sales", "0", DATABASE)
    assert first["PartitionKeys"] == TABLE["PartitionKeys"]
    for note in ("one", "two"):
        glue.update_table(DatabaseName=DATABASE, TableInput=TABLE | {"Parameters": {"note": note}})
    glue.update_table(DatabaseName=DATABASE, TableInput=TABLE | {"Description": "three"}, SkipArchive=True)
    latest = glue.get_table(DatabaseName=DATABASE, Name="sales")["Table"]
    assert (latest["VersionId"], latest["Description"], latest["CreateTime"]) == ("3", "three", first["CreateTime"])
    pages = glue.get_paginator("get_table_versions").paginate(**of_sales(), PaginationConfig={"PageSize": 2})
    assert [one["VersionId"] for page in pages for one in page["TableVersions"]] == ["3", "1", "0"]
    old = glue.get_table_version(**of_sales(), VersionId="1")["TableVersion"]["Table"]
    assert old["Parameters"] == {"note": "one"}
    glue.delete_table_version(**of_sales(), VersionId="0")
    errors = glue.batch_delete_table_version(**of_sales(), VersionIds=["1", "0", "3"])["Errors"]
    codes = [(one["VersionId"], one["ErrorDetail"]["ErrorCode"]) for one in errors]
    assert codes == [("0", "EntityNotFoundException"), ("3", "InvalidInputException")]
    stale = {"DatabaseName": DATABASE, "TableInput": TABLE, "VersionId": "0"}
    assert refusal(glue.update_table, **stale)[0] == "VersionMismatchException"
    glue.delete_table(DatabaseName=DATABASE, Name="sales")
    assert refusal(glue.get_table, DatabaseName=DATABASE, Name="sales")[0] == "EntityNotFoundException"


def test_lists_of_tables(glue: Any) -> None:
    for name in ("a1", "a2", "b1"):
        glue.create_table(DatabaseName=DATABASE, TableInput={"Name": name})
    found = glue.get_tables(DatabaseName=DATABASE, Expression="a.*")["TableList"]
    assert [table["Name"] for table in found] == ["a1", "a2"]
    assert refusal(glue.get_tables, DatabaseName=DATABASE, Expression="(")[0] == "InvalidInputException"
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=DATABASE, PaginationConfig={"PageSize": 2})
    assert [table["Name"] for page in pages for table in page["TableList"]] == ["a1", "a2", "b1"]
    errors = glue.batch_delete_table(DatabaseName=DATABASE, TablesToDelete=["a1", "none"])["Errors"]
    assert [one["TableName"] for one in errors] == ["none"]


@pytest.mark.parametrize("fields", [{"TargetTable": {"Name": "x"}}, {"ViewDefinition": {"IsProtected": True}}])
def test_links_and_views_of_other_kinds_are_refused(glue: Any, fields: dict[str, Any]) -> None:
    code, message = refusal(glue.create_table, DatabaseName=DATABASE, TableInput=TABLE | fields)
    assert (code, next(iter(fields)) in message) == ("NotImplemented", True)


def test_other_accounts_and_regions_have_their_own(server: Server, glue: Any) -> None:
    assert refusal(glue.get_database, Name=DATABASE, CatalogId="123456789012")[0] == "EntityNotFoundException"
    assert glue.get_database(Name=DATABASE, CatalogId="000000000000")["Database"]["Name"] == DATABASE
    elsewhere = server.client("glue", region_name="eu-west-1")
    assert refusal(elsewhere.get_database, Name=DATABASE)[0] == "EntityNotFoundException"


def test_the_life_of_partitions(sales: Any) -> None:
    one = sales.get_partition(**of_sales(), PartitionValues=["2024", "3"])["Partition"]
    assert one["StorageDescriptor"]["Location"] == "s3://b/2024/3/"
    assert refusal(sales.create_partition, **of_sales(), PartitionInput={"Values": ["2024", "3"]}) == (
        "AlreadyExistsException",
        "Partition already exists.",
    )
    assert refusal(sales.create_partition, **of_sales(), PartitionInput={"Values": ["2024"]})[0] == (
        "InvalidInputException"
    )
    taken = {"PartitionValueList": ["2024", "3"], "PartitionInput": {"Values": ["2024", "5"]}}
    assert refusal(sales.update_partition, **of_sales(), **taken)[0] == "AlreadyExistsException"
    moved = {"Values": ["2026", "1"], "Parameters": {"moved": "yes"}}
    sales.update_partition(**of_sales(), PartitionValueList=["2024", "3"], PartitionInput=moved)
    assert sales.get_partition(**of_sales(), PartitionValues=["2026", "1"])["Partition"]["Parameters"] == {
        "moved": "yes"
    }
    entries = [{"PartitionValueList": ["2026", "1"], "PartitionInput": {"Values": ["2024", "3"]}}]
    entries += [{"PartitionValueList": ["1999", "1"], "PartitionInput": {"Values": ["1999", "1"]}}]
    (error,) = sales.batch_update_partition(**of_sales(), Entries=entries)["Errors"]
    assert (error["PartitionValueList"], error["ErrorDetail"]["ErrorCode"]) == (
        ["1999", "1"],
        "EntityNotFoundException",
    )
    wanted = [{"Values": ["2024", "3"]}, {"Values": ["1999", "1"]}]
    assert len(sales.batch_get_partition(**of_sales(), PartitionsToGet=wanted)["Partitions"]) == 1
    (error,) = sales.batch_delete_partition(**of_sales(), PartitionsToDelete=wanted)["Errors"]
    assert error["PartitionValues"] == ["1999", "1"]
    sales.delete_partition(**of_sales(), PartitionValues=["2024", "4"])
    assert len(sales.get_partitions(**of_sales())["Partitions"]) == 22
    sales.delete_table(DatabaseName=DATABASE, Name="sales")
    sales.create_table(DatabaseName=DATABASE, TableInput=TABLE)
    assert sales.get_partitions(**of_sales())["Partitions"] == []


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("year = '2024' AND month > 10", ["2024/11", "2024/12"]),
        ("year='2025' and month in (1, 2)", ["2025/1", "2025/2"]),
        ("NOT (month BETWEEN 2 AND 12)", ["2024/1", "2025/1"]),
        ("month = 10 OR month < 2 AND year <> '2025'", ["2024/1", "2024/10", "2025/10"]),
        ("year LIKE '%25' AND month >= 12", ["2025/12"]),
        ("12 <= month", ["2024/12", "2025/12"]),
        ("year IS NULL", []),
        ("YEAR IS NOT NULL and month != 1 and month <= 2", ["2024/2", "2025/2"]),
    ],
)
def test_partitions_are_chosen_by_expressions(sales: Any, expression: str, expected: list[str]) -> None:
    pages = sales.get_paginator("get_partitions").paginate(
        **of_sales(), Expression=expression, PaginationConfig={"PageSize": 1}
    )
    assert ["/".join(one["Values"]) for page in pages for one in page["Partitions"]] == expected


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("day = 1", "day is no partition key; the keys are year, month"),
        ("month = 'x'", "'x' is no int, which partition key month is"),
        ("month + 1 = 2", "month + 1 = 2"),
        ("upper(year) = '2024'", "UPPER(year) = '2024'"),
        ("year = month", "'month' is not supported"),
        ("year = ", "cannot be parsed"),
        ("year = '2024'; drop table x", "not supported"),
    ],
)
def test_expressions_that_are_refused(sales: Any, expression: str, said: str) -> None:
    code, message = refusal(sales.get_partitions, **of_sales(), Expression=expression)
    assert (code, said in message) == ("InvalidInputException", True), message


def test_values_compare_by_their_type() -> None:
    keys = [{"Name": "d", "Type": "date"}, {"Name": "n", "Type": "decimal(5,2)"}]
    assert PartitionExpression("d > '2024-01-31' and n = 1.5", keys).matches(["2024-02-01", "1.50"])
    assert PartitionExpression("d = date '2024-02-01' and n > -2", keys).matches(["2024-02-01", "-1"])
    assert not PartitionExpression("d <> '2024-01-31'", keys).matches([NO_VALUE, "1"])  # not known, so not chosen
    assert PartitionExpression("d is null", keys).matches([NO_VALUE, "1"])
    assert not PartitionExpression("not (d = '2024-01-31')", keys).matches([NO_VALUE, "1"])
    assert PartitionExpression("d = '2024-01-31' or n = 1", keys).matches([NO_VALUE, "1"])


def test_keys_of_other_types_cannot_be_compared(glue: Any) -> None:
    keys = [{"Name": "of", "Type": "array<int>"}]
    glue.create_table(DatabaseName=DATABASE, TableInput=TABLE | {"PartitionKeys": keys})
    code, message = refusal(glue.get_partitions, **of_sales(), Expression="of = 1")
    assert (code, "array<int> cannot be used" in message) == ("InvalidInputException", True)


def test_segments_hold_each_partition_once_and_columns_can_be_left_out(sales: Any) -> None:
    found = []
    for number in range(3):
        segment = {"SegmentNumber": number, "TotalSegments": 3}
        found += sales.get_partitions(**of_sales(), Segment=segment)["Partitions"]
    assert len({tuple(one["Values"]) for one in found}) == len(found) == 24
    bare = sales.get_partitions(**of_sales(), ExcludeColumnSchema=True)["Partitions"]
    assert all("Columns" not in one["StorageDescriptor"] for one in bare)


def test_the_limits_of_the_model_are_kept(glue: Any) -> None:
    assert refusal(glue.get_database, Name="") == (
        "ValidationException",
        "1 validation error detected: Value '' at 'Name' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1",
    )
    assert refusal(glue.get_databases, MaxResults=1000)[0] == "ValidationException"
    assert "Member must be of type string" in refusal(glue.get_database, Name=5)[1]
    assert refusal(glue.get_user_defined_functions, Pattern="x")[1] == (
        "glue: GetUserDefinedFunctions is not part of the embedded AWS."
    )
