"""PostgreSQL, for looking at what landed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import psycopg2
import psycopg2.extensions
import sqlalchemy
from psycopg2 import errorcodes
from sqlalchemy.exc import DBAPIError, OperationalError

from workbook.errors import NotFound, ServerDown, WorkbookError, WrongPassword
from workbook.settings import Settings

CONNECT_SECONDS = 5


class QueryFailed(WorkbookError):
    """PostgreSQL refuses a statement."""


class Postgres:
    """One database.

    Every method raises `ServerDown` when nothing answers, `WrongPassword` when the user or the password is refused,
    `NotFound` when a table does not exist, and `QueryFailed` with PostgreSQL's own words for any other mistake.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        url = sqlalchemy.URL.create(
            "postgresql+psycopg2",
            settings.postgres_user,
            settings.postgres_password,
            settings.postgres_host,
            settings.postgres_port,
            settings.postgres_db,
        )
        self.engine = sqlalchemy.create_engine(
            url, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_SECONDS}
        )

    def __repr__(self) -> str:
        return f"Postgres({self._address})"

    def sql(self, query: str, **params: Any) -> pd.DataFrame:
        """The rows of a query as a table.

        Parameters:
            query: one statement; `:name` stands for the parameter of that name, which is bound, never pasted in.
        """
        with self._explained(), self.engine.connect() as connection:
            result = connection.execute(sqlalchemy.text(query), params)
            return pd.DataFrame.from_records(result.all(), columns=list(result.keys()), coerce_float=True)

    def scalar(self, query: str, **params: Any) -> Any:
        """The first value of the first row, or None."""
        with self._explained(), self.engine.connect() as connection:
            return connection.execute(sqlalchemy.text(query), params).scalar()

    def execute(self, statement: str, **params: Any) -> int:
        """Run a statement, commit it, and give the number of rows it touched."""
        with self._explained(), self.engine.begin() as connection:
            return max(connection.execute(sqlalchemy.text(statement), params).rowcount, 0)

    def count(self, table: str, where: str = "true", **params: Any) -> int:
        """How many rows of a table fit.

        Parameters:
            table: its name, with or without a schema.
            where: an SQL condition with `:name` parameters.
        """
        return int(self.scalar(f"SELECT count(*) FROM {_quoted(table)} WHERE {where}", **params))

    def tables(self, schema: str = "public") -> list[str]:
        """The names of the tables, sorted."""
        with self._explained():
            return sorted(sqlalchemy.inspect(self.engine).get_table_names(schema=schema))

    def connect(self) -> psycopg2.extensions.connection:
        """A psycopg2 connection of your own; close it when done."""
        settings = self._settings
        with self._explained():
            return psycopg2.connect(
                host=settings.postgres_host,
                port=settings.postgres_port,
                dbname=settings.postgres_db,
                user=settings.postgres_user,
                password=settings.postgres_password,
                connect_timeout=CONNECT_SECONDS,
            )

    @property
    def _address(self) -> str:
        settings = self._settings
        return f"postgresql://{settings.postgres_host}:{settings.postgres_port}/{settings.postgres_db}"

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            original = error.orig if isinstance(error.orig, psycopg2.Error) else None
            raise self._explanation(original, isinstance(error, OperationalError), str(error.orig)) from error
        except psycopg2.Error as error:
            raise self._explanation(error, isinstance(error, psycopg2.OperationalError), str(error)) from error

    def _explanation(self, error: psycopg2.Error | None, operational: bool, text: str) -> WorkbookError:
        code = error.pgcode if error else None
        text = text.strip()
        if code == errorcodes.UNDEFINED_TABLE:
            return NotFound(_no_table(text))
        if operational and ("authentication failed" in text or "role" in text):
            return WrongPassword(
                "PostgreSQL", self._address, self._settings.postgres_user, "POSTGRES_USER and POSTGRES_PASSWORD"
            )
        if operational and code is None:
            reason = text.splitlines()[0] if text else "no connection"
            return ServerDown("PostgreSQL", self._address, reason, self._settings.stack)
        return QueryFailed(f"PostgreSQL refuses this statement:\n{text}")


def _quoted(table: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in table.split("."))


def _no_table(text: str) -> str:
    match = re.search(r'relation "([^"]+)"', text)
    name = match[1] if match else "asked for"
    made_by = " Lessons 04 and 05 load it: run one of them first." if name.endswith("_tripdata") else ""
    return f"PostgreSQL has no table {name}.{made_by}"
