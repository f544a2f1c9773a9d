"""A client of ClickHouse, to inspect the data that flows have loaded."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import clickhouse_connect
import pandas as pd
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, Error
from clickhouse_connect.driver.httputil import get_pool_manager
from clickhouse_connect.driver.summary import QuerySummary
from urllib3.exceptions import HTTPError

from workbook.errors import NotFound, QueryFailed, ServerDown, WorkbookError, WrongPassword
from workbook.settings import Settings
from workbook.web import LOOPBACK

CONNECT_SECONDS = 5
ANSWER_SECONDS = 300
UNKNOWN_TABLE, AUTHENTICATION_FAILED = 60, 516

# What the client logs it raises as well, and that is explained here.
logging.getLogger(clickhouse_connect.__name__).addHandler(logging.NullHandler())


class Clickhouse:
    """One server's database `default`.

    Every method raises `ServerDown` when nothing answers, `WrongPassword` when the user or the password is refused,
    `NotFound` when a table does not exist, and `QueryFailed` with ClickHouse's own words for any other mistake.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __repr__(self) -> str:
        return f"Clickhouse({self._address})"

    @cached_property
    def client(self) -> Client:
        """The client of `clickhouse-connect`, for whatever has no method here; it raises its own errors."""
        settings = self._settings
        # Without a pool given, the client would ask a proxy of the environment for this machine, too.
        pool = {"pool_mgr": get_pool_manager()} if settings.clickhouse_host in LOOPBACK else {}
        with self._translate_errors():
            return clickhouse_connect.get_client(
                host=settings.clickhouse_host,
                port=settings.clickhouse_port,
                username=settings.clickhouse_user,
                password=settings.clickhouse_password,
                connect_timeout=CONNECT_SECONDS,
                send_receive_timeout=ANSWER_SECONDS,
                autogenerate_session_id=False,  # so that a cell may ask while another one loads
                tz_mode="aware",
                **pool,
            )

    def ping(self) -> None:
        """Check that the server answers and accepts the user."""
        self.scalar("SELECT 1")

    def close(self) -> None:
        """Close the connections."""
        if "client" in self.__dict__:
            self.client.close()

    def sql(self, query: str, **params: Any) -> pd.DataFrame:
        """The rows of a query as a table; moments are in UTC.

        Parameters:
            query: one statement; `{name:Type}`, such as `{zone:String}`, stands for the parameter of that name, which
                is bound by the server, never pasted in.
        """
        with self._translate_errors():
            frame = self.client.query_df(query, parameters=params or None)
        return frame if len(frame.columns) else pd.DataFrame(columns=self._columns(query, params))

    def _columns(self, query: str, params: dict[str, Any]) -> list[str]:
        """The columns of a query; without rows the server does not tell them with its answer."""
        try:
            described = self.client.query(
                f"DESCRIBE TABLE (\n{query.rstrip().rstrip(';')}\n)", parameters=params or None
            )
        except Error:  # a statement that never has rows
            return []
        return [row[0] for row in described.result_rows]

    def scalar(self, query: str, **params: Any) -> Any:
        """The first value of the first row, or None."""
        with self._translate_errors():
            rows = self.client.query(query, parameters=params or None).result_rows
        return rows[0][0] if rows else None

    def execute(self, statement: str, **params: Any) -> int:
        """Run a statement, and return the number of rows it wrote."""
        with self._translate_errors():
            answer = self.client.command(statement, parameters=params or None)
        return answer.written_rows if isinstance(answer, QuerySummary) else 0

    def count(self, table: str, where: str = "true", **params: Any) -> int:
        """How many rows of a table fit.

        Parameters:
            table: its name, with or without a database.
            where: an SQL condition with `{name:Type}` parameters.
        """
        return int(self.scalar(f"SELECT count() FROM {_quoted(table)} WHERE {where}", **params))

    def tables(self) -> list[str]:
        """The names of the tables, sorted."""
        with self._translate_errors():
            answer = self.client.query("SELECT name FROM system.tables WHERE database = currentDatabase()")
        return sorted(name for (name,) in answer.result_rows)

    def drop(self, table: str) -> None:
        """Drop a table if it is there, with its rows, and wait until it is gone.

        Parameters:
            table: its name, with or without a database.
        """
        self.execute(f"DROP TABLE IF EXISTS {_quoted(table)} SYNC")

    @property
    def _address(self) -> str:
        return f"http://{self._settings.clickhouse_host}:{self._settings.clickhouse_port}"

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except ClickHouseError as error:
            raise self._explanation(error) from error

    def _explanation(self, error: ClickHouseError) -> WorkbookError:
        settings, text = self._settings, str(error).strip()
        code = error.code if isinstance(error, Error) else None
        if code == AUTHENTICATION_FAILED:
            variables = "CLICKHOUSE_USER and CLICKHOUSE_PASSWORD"
            return WrongPassword("ClickHouse", self._address, settings.clickhouse_user, variables)
        if code == UNKNOWN_TABLE:
            return NotFound(_no_table(text))
        if isinstance(error.__cause__, HTTPError):  # of the line, and not of the server
            down = ("no connection", settings.stack, "clickhouse", "CLICKHOUSE_HOST")
            return ServerDown("ClickHouse", self._address, *down)
        return QueryFailed(f"ClickHouse refuses this statement:\n{_words(text)}")


def _words(text: str) -> str:
    """The server's own words, without what the client puts around them."""
    match = re.search(r"DB::Exception: (.*?)(?: \(version .*)?$", text, re.DOTALL)
    return match[1] if match else text


def _quoted(table: str) -> str:
    return ".".join("`" + part.replace("\\", "\\\\").replace("`", "\\`") + "`" for part in table.split("."))


def _no_table(text: str) -> str:
    match = re.search(r"(?:identifier '([^']+)'|Table (\S+) does not exist|find table: (\S+?)\.? \()", text)
    name = next(group for group in match.groups() if group).removeprefix("default.") if match else "asked for"
    return f"ClickHouse has no table {name}. Run the flow that loads it first, and look at `tables()`."
