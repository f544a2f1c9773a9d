"""Athena as a client sees it: queries by boto3 against the `aws` service."""

from typing import Any

from tests.support.waiting import eventually
from tests.wire.aws.server import Server

BUCKET = "athena-tests"
RESULTS = f"s3://{BUCKET}/results/"
SECONDS = 60
DONE = ("SUCCEEDED", "FAILED", "CANCELLED")
Rows = list[tuple[str | None, ...]]


def furnished(server: Server) -> Server:
    """The service with the bucket of these tests."""
    server.client("s3", region_name="us-east-1").create_bucket(Bucket=BUCKET)
    return server


class Failed(Exception):
    """A query that did not succeed; its text is the reason."""


class Athena:
    """A client that waits for its queries."""

    def __init__(self, server: Server, database: str = "default") -> None:
        self.client = server.client("athena")
        self.s3 = server.client("s3")
        self.glue = server.client("glue")
        self.database = database

    def start(self, sql: str, **options: Any) -> str:
        given = {
            "QueryExecutionContext": {"Catalog": "AwsDataCatalog", "Database": self.database},
            "ResultConfiguration": {"OutputLocation": RESULTS},
        }
        return self.client.start_query_execution(QueryString=sql, **(given | options))["QueryExecutionId"]

    def wait(self, name: str) -> dict[str, Any]:
        """The query once it is done."""

        def done() -> dict[str, Any] | None:
            query = self.client.get_query_execution(QueryExecutionId=name)["QueryExecution"]
            return query if query["Status"]["State"] in DONE else None

        return eventually(done, SECONDS, f"the end of the query {name}", every=0.01)

    def run(self, sql: str, **options: Any) -> dict[str, Any]:
        """Run a query to its end; raises Failed."""
        found = self.wait(self.start(sql, **options))
        if found["Status"]["State"] != "SUCCEEDED":
            raise Failed(found["Status"]["StateChangeReason"])
        return found

    def rows(self, sql: str, **options: Any) -> Rows:
        """What a query gives, without its header."""
        return self.result(self.run(sql, **options))

    def result(self, execution: dict[str, Any]) -> Rows:
        """All pages of a result, without the header that queries have."""
        pages = self.client.get_paginator("get_query_results").paginate(QueryExecutionId=execution["QueryExecutionId"])
        found = [values(row) for page in pages for row in page["ResultSet"]["Rows"]]
        return found[1:] if execution["StatementType"] == "DML" else found

    def reason(self, sql: str, **options: Any) -> str:
        """Why a query fails."""
        found = self.wait(self.start(sql, **options))["Status"]
        assert found["State"] == "FAILED", found
        assert found["AthenaError"]["ErrorMessage"] == found["StateChangeReason"]
        return found["StateChangeReason"]


def values(row: dict[str, Any]) -> tuple[str | None, ...]:
    return tuple(datum.get("VarCharValue") for datum in row["Data"])
