"""Athena: SQL over files in buckets, by the tables that Glue's catalogue describes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import pandas as pd
from botocore.exceptions import ClientError

from workbook.errors import NotFound, QueryFailed, WorkbookError
from workbook.settings import Settings
from workbook.stores import aws

QUERY_SECONDS = 300.0
FIRST_POLL, LONGEST_POLL = 0.05, 1.0
WHOLE = frozenset({"tinyint", "smallint", "integer", "bigint"})
READERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(WHOLE, int),
    **dict.fromkeys(("float", "double", "decimal"), float),
    "boolean": lambda text: text == "true",
    "date": pd.Timestamp,
    "timestamp": pd.Timestamp,
}
"""How a value is read that Athena sends as text, by its type; other types stay text."""


class Athena:
    """One database, asked through one work group.

    Every method raises `ServerDown` when nothing answers, `WrongPassword` when the keys are refused, `NotFound` when
    the database does not exist, and `QueryFailed` with Athena's own words for any other mistake.

    Parameters:
        settings: say where AWS is.
        database: of Glue's catalogue.
        work_group: whose settings hold, such as where results go.
        region: that all of it is in.
    """

    def __init__(self, settings: Settings, database: str, work_group: str, region: str) -> None:
        self._settings = settings
        self._database = database
        self._work_group = work_group
        self._region = region

    def __repr__(self) -> str:
        return f"Athena({self._database}, {aws.address(self._settings, 'athena')})"

    @cached_property
    def client(self) -> Any:
        """The client of boto3, for whatever has no method here; it raises its own errors."""
        with self._translate_errors():
            return aws.client(self._settings, "athena", self._region)

    @cached_property
    def glue(self) -> Any:
        """The client of Glue, whose catalogue Athena reads."""
        with self._translate_errors():
            return aws.client(self._settings, "glue", self._region)

    def sql(self, query: str) -> pd.DataFrame:
        """Run a query and return its rows.

        Raises:
            QueryFailed: Athena refuses it, or it takes longer than five minutes.
        """
        query_id = self._run(query)
        with self._translate_errors():
            pages = list(self.client.get_paginator("get_query_results").paginate(QueryExecutionId=query_id))
        columns = pages[0]["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        readers = [READERS.get(column["Type"], str) for column in columns]
        rows = [row["Data"] for page in pages for row in page["ResultSet"]["Rows"]][1:]  # the first one has the names
        values = [[_value(cell, read) for cell, read in zip(row, readers, strict=True)] for row in rows]
        frame = pd.DataFrame(values, columns=[column["Name"] for column in columns])
        return frame.astype({column["Name"]: "Int64" for column in columns if column["Type"] in WHOLE})

    def scalar(self, query: str) -> Any:
        """The first value of a query's first row; None if it has no row."""
        frame = self.sql(query)
        return None if frame.empty else frame.iloc[0, 0]

    def count(self, table: str, where: str = "true") -> int:
        """How many rows of a table fit a condition."""
        return int(self.scalar(f"SELECT count(*) FROM {table} WHERE {where}"))

    def tables(self) -> pd.DataFrame:
        """What the catalogue has, by name: columns `table`, `kind`, `columns`, `partitioned_by` and `location`."""
        with self._translate_errors():
            pages = self.glue.get_paginator("get_tables").paginate(DatabaseName=self._database)
            tables = [table for page in pages for table in page["TableList"]]
        rows = [_described(table) for table in sorted(tables, key=lambda table: table["Name"])]
        return pd.DataFrame(rows, columns=["table", "kind", "columns", "partitioned_by", "location"])

    def _run(self, query: str) -> str:
        """Run a query to its end, and return its id."""
        context = {"Catalog": "AwsDataCatalog", "Database": self._database}
        with self._translate_errors():
            started = self.client.start_query_execution(
                QueryString=query, QueryExecutionContext=context, WorkGroup=self._work_group
            )
        query_id = str(started["QueryExecutionId"])
        self._await(query_id)
        return query_id

    def _await(self, query_id: str) -> None:
        end, pause = time.monotonic() + QUERY_SECONDS, FIRST_POLL
        while True:
            with self._translate_errors():
                status = self.client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]
            if status["State"] == "SUCCEEDED":
                return
            if status["State"] in ("FAILED", "CANCELLED"):
                raise QueryFailed(f"Athena: {status.get('StateChangeReason', status['State'])}")
            if time.monotonic() > end:
                self.client.stop_query_execution(QueryExecutionId=query_id)
                raise QueryFailed(f"Athena had no result after {QUERY_SECONDS:.0f} s. The query was stopped.")
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_POLL)

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        def refusal(error: ClientError) -> WorkbookError:
            """What the service's answer means."""
            code, words = error.response["Error"]["Code"], error.response["Error"]["Message"]
            if code == "EntityNotFoundException":
                return NotFound(f"Glue has no database {self._database} in {self._region}.")
            return QueryFailed(f"Athena refuses this request: {words} ({code})")

        with aws.translate_errors(self._settings, "Athena", "athena", refusal):
            yield


def _value(cell: dict[str, str], read: Callable[[str], Any]) -> Any:
    text = cell.get("VarCharValue")
    return None if text is None else read(text)


def _described(table: dict[str, Any]) -> tuple[str, str, int, str, str]:
    storage, keys = table.get("StorageDescriptor", {}), table.get("PartitionKeys", [])
    kind = "view" if table.get("TableType") == "VIRTUAL_VIEW" else "table"
    partitions = ", ".join(key["Name"] for key in keys)
    return table["Name"], kind, len(storage.get("Columns", [])), partitions, storage.get("Location", "")
