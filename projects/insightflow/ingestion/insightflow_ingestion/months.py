"""Reads a downloaded file, checks it, and splits it into one Parquet file a month."""

import logging
from collections.abc import Iterator
from pathlib import Path

import duckdb

from insightflow_ingestion.download import SetError
from insightflow_ingestion.sets import Set

RENAMED = {"date": "ymd_date", "group": "group_code"}
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL", "HUGEINT", "UTINYINT", "USMALLINT")

log = logging.getLogger(__name__)


class MonthFiles:
    """A file that has been read; to be used as a context.

    Parameters:
        entry: the set.
        file: the downloaded file.

    Raises:
        SetError: it is no Parquet file, is truncated, or lacks columns of the set.
    """

    def __init__(self, entry: Set, file: Path) -> None:
        self._entry = entry
        self._database = duckdb.connect(config={"threads": 1})  # one thread: the same rows give the same bytes
        try:
            self._read(file)
        except BaseException:
            self._database.close()
            raise

    def __enter__(self) -> "MonthFiles":
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self._count("SELECT count(*) FROM rows")

    def write(self, folder: Path) -> Iterator[tuple[str, Path]]:
        """Write the months into a folder; yields each month, such as `2025-03`, with its file."""
        months = self._database.execute("SELECT DISTINCT strftime(ymd_date, '%Y-%m') FROM rows ORDER BY 1").fetchall()
        for (month,) in months:
            path = folder / f"{month}.parquet"
            self._database.execute(
                "COPY (SELECT * FROM rows WHERE strftime(ymd_date, '%Y-%m') = ? ORDER BY ALL) "
                f"TO '{path}' (FORMAT parquet, COMPRESSION snappy)",
                [month],
            )
            yield month, path

    def _read(self, file: Path) -> None:
        try:
            self._database.execute(f"CREATE VIEW source AS FROM read_parquet('{file}')")
            self._check({row[0]: row[1] for row in self._database.execute("DESCRIBE source").fetchall()})
            self._database.execute(f"CREATE TABLE rows AS SELECT {', '.join(self._columns())} FROM source")
        except duckdb.ConversionException as error:
            raise SetError(f"a value cannot be read: {_first_line(error)}") from error
        except duckdb.Error as error:
            raise SetError(f"the file is no Parquet file, or it was cut short: {_first_line(error)}") from error
        if not self.rows:
            raise SetError("the file holds no rows")
        for column in ("ymd_date", *(RENAMED.get(text, text) for text in self._entry.texts)):
            if empty := self._count(f"SELECT count(*) FROM rows WHERE {column} IS NULL"):
                raise SetError(f"{empty} rows have no value in `{column}`")

    def _check(self, types: dict[str, str]) -> None:
        entry = self._entry
        wanted = ("date", *entry.texts, *entry.figures)
        if missing := [column for column in wanted if column not in types]:
            raise SetError(f"the columns {', '.join(missing)} are missing; the file has {', '.join(types)}")
        wrong = [column for column in entry.figures if not types[column].startswith(NUMBERS)]
        if wrong:
            raise SetError("; ".join(f"the column {column} holds {types[column]}, not numbers" for column in wrong))
        if more := [column for column in types if column not in wanted]:
            log.info("%s: the columns %s are new, and left out", entry.name, ", ".join(more))

    def _columns(self) -> Iterator[str]:
        """Text is text also where the file has a list of categories, and a date is a date also where it is a text."""
        yield "CAST(date AS DATE) AS ymd_date"
        for column in self._entry.texts:
            yield f'CAST("{column}" AS VARCHAR) AS {RENAMED.get(column, column)}'
        for column in self._entry.figures:
            yield f"CAST({column} AS DOUBLE) AS {column}"

    def _count(self, query: str) -> int:
        (value,) = self._database.execute(query).fetchall()[0]
        return int(value)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
