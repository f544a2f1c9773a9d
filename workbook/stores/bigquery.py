"""A client of BigQuery, to inspect the data that flows have loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, TypedDict

import pandas as pd
from google.api_core.retry import Retry
from google.cloud import bigquery

from workbook.settings import Settings
from workbook.stores.google import ANSWER_SECONDS, RETRY_SECONDS, Account, account, translate_errors

GOOGLE = "https://bigquery.googleapis.com"
RETRY = bigquery.DEFAULT_RETRY.with_timeout(RETRY_SECONDS)


class CallOptions(TypedDict):
    """How long every call of Google's client is tried: its retries, and the seconds until it is given up."""

    retry: Retry
    timeout: float


OPTIONS = CallOptions(retry=RETRY, timeout=ANSWER_SECONDS)
KINDS = (
    (bool, "BOOL"),
    (int, "INT64"),
    (float, "FLOAT64"),
    (Decimal, "NUMERIC"),
    (datetime, "TIMESTAMP"),
    (date, "DATE"),
)


class BigQuery:
    """One project's data sets.

    Every method raises `ServerDown` when nothing answers, `WrongPassword` when the key is refused, `NotFound` when a
    data set or a table does not exist, and `QueryFailed` with BigQuery's own words for any other mistake.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __repr__(self) -> str:
        return f"BigQuery({self._account.address}, project {self._account.project})"

    @cached_property
    def client(self) -> bigquery.Client:
        """Google's own client, for whatever has no method here; it raises its own errors."""
        return bigquery.Client(**self._account.options(), location=self._settings.gcp_location)

    def ping(self) -> None:
        """Check that the server answers and accepts the key."""
        with self._translate_errors():
            next(iter(self.client.list_datasets(max_results=1, **OPTIONS)), None)

    def close(self) -> None:
        """Close the connections."""
        if "client" in self.__dict__:
            self.client.close()

    def sql(self, query: str, **params: Any) -> pd.DataFrame:
        """Run a query and return its rows.

        Parameters:
            params: values of the query's `@name` parameters.
        """
        rows = self._rows(query, params)
        return pd.DataFrame([list(row.values()) for row in rows], columns=[field.name for field in rows.schema])

    def scalar(self, query: str, **params: Any) -> Any:
        """The first value of a query's first row; None if it has no row."""
        row = next(iter(self._rows(query, params)), None)
        return None if row is None else row[0]

    def count(self, table: str, where: str = "TRUE", **params: Any) -> int:
        """How many rows of a table fit a condition.

        Parameters:
            table: as `dataset.table`.
        """
        return int(self.scalar(f"SELECT COUNT(*) FROM {_quoted(table)} WHERE {where}", **params))

    def tables(self, dataset: str) -> pd.DataFrame:
        """The tables of a data set by name: columns `table` and `kind`, TABLE or EXTERNAL or VIEW."""
        with self._translate_errors():
            tables = [(table.table_id, table.table_type) for table in self.client.list_tables(dataset, **OPTIONS)]
        return pd.DataFrame(sorted(tables), columns=["table", "kind"])

    def datasets(self) -> list[str]:
        """The names of the data sets."""
        with self._translate_errors():
            return [dataset.dataset_id for dataset in self.client.list_datasets(**OPTIONS)]

    def drop(self, dataset: str) -> None:
        """Delete a data set with all that is in it, if it is there."""
        with self._translate_errors():
            self.client.delete_dataset(dataset, delete_contents=True, not_found_ok=True, **OPTIONS)

    def drop_table(self, table: str) -> None:
        """Delete a table, if it is there.

        Parameters:
            table: as `dataset.table`.
        """
        with self._translate_errors():
            self.client.delete_table(table, not_found_ok=True, **OPTIONS)

    def _rows(self, query: str, params: dict[str, Any]) -> Any:
        parameters = [bigquery.ScalarQueryParameter(name, _kind(value), value) for name, value in params.items()]
        with self._translate_errors():
            config = bigquery.QueryJobConfig(query_parameters=parameters)
            return self.client.query(query, config, job_retry=None, **OPTIONS).result(retry=RETRY, job_retry=None)

    @cached_property
    def _account(self) -> Account:
        return account(self._settings, self._settings.bigquery_emulator_host, GOOGLE)

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        with translate_errors("BigQuery", self._settings, self._account):
            yield


def _kind(value: Any) -> str:
    return next((name for kind, name in KINDS if isinstance(value, kind)), "STRING")


def _quoted(table: str) -> str:
    return "`" + re.sub(r"[`\\]", "", table) + "`"
