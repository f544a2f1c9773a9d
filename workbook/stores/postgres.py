"""A client of PostgreSQL and TimescaleDB, to inspect the data that flows have loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import psycopg2
import psycopg2.extensions
import sqlalchemy
from psycopg2 import errorcodes
from sqlalchemy.exc import DBAPIError, OperationalError

from workbook.errors import NotFound, QueryFailed, ServerDown, WorkbookError, WrongPassword
from workbook.settings import Settings

CONNECT_SECONDS = 5


@dataclass(frozen=True)
class Connection:
    """Where a database is, and who logs in.

    Attributes:
        name: how people call it.
        service: the stack's name of it; its settings begin with this name.
        stack: `embedded`, `docker` or `cloud`.
    """

    name: str
    service: str
    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    stack: str

    @classmethod
    def postgres(cls, settings: Settings) -> Connection:
        """The database of the taxi trips."""
        return cls(
            name="PostgreSQL",
            service="postgres",
            host=settings.postgres_host,
            port=settings.postgres_port,
            database=settings.postgres_db,
            user=settings.postgres_user,
            password=settings.postgres_password,
            stack=settings.stack,
        )

    @classmethod
    def timescale(cls, settings: Settings) -> Connection:
        """The database of the sensor readings."""
        return cls(
            name="TimescaleDB",
            service="timescale",
            host=settings.timescale_host,
            port=settings.timescale_port,
            database=settings.timescale_db,
            user=settings.timescale_user,
            password=settings.timescale_password,
            stack=settings.stack,
        )

    @property
    def address(self) -> str:
        """The database's address, without the user and the password."""
        return f"postgresql://{self.host}:{self.port}/{self.database}"


class Postgres:
    """One database.

    Every method raises `ServerDown` when nothing answers, `WrongPassword` when the user or the password is refused,
    `NotFound` when a table does not exist, and `QueryFailed` with PostgreSQL's own words for any other mistake.
    """

    def __init__(self, connection: Connection) -> None:
        self._where = connection
        url = sqlalchemy.URL.create(
            "postgresql+psycopg2",
            connection.user,
            connection.password,
            connection.host,
            connection.port,
            connection.database,
        )
        self.engine = sqlalchemy.create_engine(
            url, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_SECONDS}
        )

    def __repr__(self) -> str:
        return f"Postgres({self._where.address})"

    def ping(self) -> None:
        """Check that the server answers and accepts the user."""
        self.scalar("SELECT 1")

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()

    def sql(self, query: str, **params: Any) -> pd.DataFrame:
        """The rows of a query as a table.

        Parameters:
            query: one statement; `:name` stands for the parameter of that name, which is bound, never pasted in.
        """
        with self._translate_errors(), self.engine.connect() as connection:
            result = connection.execute(sqlalchemy.text(query), params)
            return pd.DataFrame.from_records(result.all(), columns=list(result.keys()), coerce_float=True)

    def scalar(self, query: str, **params: Any) -> Any:
        """The first value of the first row, or None."""
        with self._translate_errors(), self.engine.connect() as connection:
            return connection.execute(sqlalchemy.text(query), params).scalar()

    def execute(self, statement: str, **params: Any) -> int:
        """Run a statement, commit it, and return the number of rows it touched."""
        with self._translate_errors(), self.engine.begin() as connection:
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
        with self._translate_errors():
            return sorted(sqlalchemy.inspect(self.engine).get_table_names(schema=schema))

    def drop(self, table: str) -> None:
        """Drop a table if it is there, with its rows.

        Parameters:
            table: its name, with or without a schema.
        """
        self.execute(f"DROP TABLE IF EXISTS {_quoted(table)}")

    def connect(self) -> psycopg2.extensions.connection:
        """A psycopg2 connection of your own; close it when done."""
        where = self._where
        with self._translate_errors():
            return psycopg2.connect(
                host=where.host,
                port=where.port,
                dbname=where.database,
                user=where.user,
                password=where.password,
                connect_timeout=CONNECT_SECONDS,
            )

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            original = error.orig if isinstance(error.orig, psycopg2.Error) else None
            raise self._explanation(original, isinstance(error, OperationalError), str(error.orig)) from error
        except psycopg2.Error as error:
            raise self._explanation(error, isinstance(error, psycopg2.OperationalError), str(error)) from error

    def _explanation(self, error: psycopg2.Error | None, operational: bool, text: str) -> WorkbookError:
        where, prefix = self._where, self._where.service.upper()
        code = error.pgcode if error else None
        text = text.strip()
        if code == errorcodes.UNDEFINED_TABLE:
            return NotFound(_no_table(where.name, text))
        if operational and ("authentication failed" in text or "role" in text):
            return WrongPassword(where.name, where.address, where.user, f"{prefix}_USER and {prefix}_PASSWORD")
        if operational and code is None:
            reason = text.splitlines()[0] if text else "no connection"
            return ServerDown(where.name, where.address, reason, where.stack, where.service, f"{prefix}_HOST")
        return QueryFailed(f"{where.name} refuses this statement:\n{text}")


def _quoted(table: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in table.split("."))


def _no_table(store: str, text: str) -> str:
    match = re.search(r'relation "([^"]+)"', text)
    name = match[1] if match else "asked for"
    made_by = " Lessons 04 and 05 load it: run one of them first." if name.endswith("_tripdata") else ""
    return f"{store} has no table {name}.{made_by}"
