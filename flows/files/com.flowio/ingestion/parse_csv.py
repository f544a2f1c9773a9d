"""Task parse of s3-csv-ingestion: cuts a file into readings, and sets aside the rows that cannot be right."""

import csv
import hashlib
import itertools
import math
import os
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Self

from kestra import Kestra

from ingestion.columns import READING, reading_schema
from ingestion.frame import Rejected, refusal
from ingestion.timestamps import parse_timestamp

COLUMNS = [column.name for column in READING]
LONGEST_LOAD = timedelta(hours=1)
LONGEST_LINE, LONGEST_TEXTS, MOST_DAYS = 65_536, 1_000, 366

Reading = tuple[str, str, str, float, str, str]
"""A row as the stores get it, in the order of `COLUMNS`."""
Row = list[str] | csv.Error
"""A row of the file, or why it cannot be read."""

_timestamp = lru_cache(100_000)(parse_timestamp)  # many readings share one


@dataclass(frozen=True)
class Source:
    """A file, and how it is written.

    Attributes:
        address: of the object, for messages.
        delimiter: one character.
        header: whether the first line holds the column names: `auto`, `present` or `absent`.
        encoding: its name, or `auto`.
        path: of the file on this machine.
    """

    address: str
    delimiter: str = ","
    header: str = "auto"
    encoding: str = "auto"
    path: Path = Path("source.csv")

    def refusal(self, problem: str) -> SystemExit:
        """The end of the script, for a file that cannot be used."""
        return refusal(self.address, problem)

    def open(self) -> IO[str]:
        """Open the file in its encoding; a byte that does not fit is kept, to be rejected with its row."""
        return self.path.open(encoding=self._codec(), errors="surrogateescape", newline="")

    def fingerprint(self) -> str:
        """The first twelve digits of the content's SHA-256."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:12]

    def _codec(self) -> str:
        if self.encoding not in ("auto", "utf-8"):
            return self.encoding
        with self.path.open("rb") as file:
            return "utf-16" if file.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


class Readings:
    """The readings that were accepted: no two of the same timestamp, device and metric."""

    def __init__(self) -> None:
        self.values = array("d")
        self.days: set[str] = set()
        self._times: dict[tuple[str, str], set[str]] = {}

    def add(self, reading: Reading) -> None:
        """Take a reading.

        Raises:
            Rejected: there is one of the same key.
        """
        timestamp, device, metric, value, *_ = reading
        times = self._times.setdefault((device, metric), set())
        if timestamp in times:
            raise Rejected("an earlier line has the same timestamp, device and metric")
        times.add(timestamp)
        self.days.add(timestamp[:10])
        self.values.append(value)

    def span(self) -> tuple[str, str]:
        """The first and the last timestamp; both empty if there is no reading."""
        times = [time for known in self._times.values() for time in (min(known), max(known))]
        return min(times, default=""), max(times, default="")


def read_lines(file: IO[str], source: Source) -> Iterator[str]:
    """The lines, none of them longer than the memory bears."""
    for number in itertools.count(1):
        line = file.readline(LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            raise source.refusal(f"line {number} is longer than {LONGEST_LINE:,} characters.")
        if not line:
            return
        yield line


def read_rows(file: IO[str], source: Source) -> Iterator[tuple[int, Row]]:
    """The rows, each with the line that it begins on; empty lines are passed over."""
    reader = csv.reader(read_lines(file, source), delimiter=source.delimiter, strict=True)
    while True:
        begin = reader.line_num + 1
        try:
            if row := next(reader):
                yield begin, row
        except StopIteration:
            return
        except csv.Error as error:
            if reader.line_num > begin:  # a quote is not closed: it has swallowed good lines
                raise source.refusal(f"the quote on line {begin} is not closed ({error}).") from None
            yield begin, error
        except UnicodeError as error:
            raise source.refusal(f"line {begin} is of another encoding ({error}).") from None


@dataclass(frozen=True)
class Layout:
    """Where the columns are in a row.

    Attributes:
        places: of each column, in the order of `COLUMNS`.
        width: cells of a row.
        has_header: whether the first row holds the names.
    """

    places: list[int]
    width: int
    has_header: bool

    @classmethod
    def of(cls, first: list[str], source: Source) -> Self:
        """Read the layout off the first row.

        Raises:
            SystemExit: the columns cannot be told.
        """
        names = [cell.strip().lower() for cell in first]
        missing = [column for column in COLUMNS if column not in names]
        if source.header != "absent" and not missing:
            return cls([names.index(column) for column in COLUMNS], len(first), has_header=True)
        if source.header != "present" and len(first) == len(COLUMNS) == len(missing):
            return cls(list(range(len(COLUMNS))), len(first), has_header=False)
        likely = max(",;\t|:", key=source.delimiter.join(first).count)
        hint = f" Is the delimiter {likely!r} and not {source.delimiter!r}?" if len(first) == 1 else ""
        raise source.refusal(f"the first line is {first[:8]}, but the columns are {', '.join(COLUMNS)}.{hint}")

    def cells(self, row: Row) -> list[str]:
        """The cells of a row in the order of `COLUMNS`.

        Raises:
            Rejected: the row cannot be read, or has too many cells or too few.
        """
        if isinstance(row, csv.Error):
            raise Rejected(row)
        if len(row) != self.width:
            raise Rejected(f"{len(row)} fields instead of {self.width}")
        return [row[place] for place in self.places]


def read_table(file: IO[str], source: Source) -> tuple[Layout, Iterator[tuple[int, Row]]]:
    """Where the columns are, and the rows without the header, each with its line.

    Raises:
        SystemExit: the first row cannot be used.
    """
    rows = read_rows(file, source)
    line, first = next(rows, (0, None))
    if first is None:
        raise source.refusal("the file is empty.")
    if isinstance(first, csv.Error):
        raise source.refusal(f"the first line cannot be read ({first}).")
    layout = Layout.of(first, source)
    return layout, rows if layout.has_header else itertools.chain([(line, first)], rows)


def number(text: str) -> float:
    """A metric's value.

    Raises:
        Rejected: it is no finite number.
    """
    try:
        value = float(text)
    except ValueError:
        raise Rejected(f"metric_value {text[:40]!r} is not a number") from None
    if not math.isfinite(value):
        raise Rejected(f"metric_value {text[:40]!r} is not finite")
    return value


def check_texts(texts: str) -> None:
    """See that the stores will take the texts of a row.

    Raises:
        Rejected: they will not.
    """
    if len(texts) > LONGEST_TEXTS:
        raise Rejected(f"the texts are longer than {LONGEST_TEXTS:,} characters")
    if texts.isprintable():
        return
    if any("\udc80" <= character <= "\udcff" for character in texts):
        raise Rejected("there are bytes of another encoding; the input `encoding` names it")
    if "\0" in texts:
        raise Rejected("there is a NUL character")


def reading_of(cells: Sequence[str]) -> Reading:
    """What the stores get of a row.

    Parameters:
        cells: in the order of `COLUMNS`.

    Raises:
        Rejected: the row cannot be right; the text says why.
    """
    check_texts("".join(cells))
    time, device, metric, value, location, zone = (cell.strip() for cell in cells)
    if not device or not metric:
        raise Rejected("device_id or metric_name is empty")
    return _timestamp(time), device, metric, number(value), location, zone


@dataclass(frozen=True)
class Retention:
    """How long readings are kept: one that is older would be accepted here and gone in a store that drops it at once.

    Attributes:
        days: the input of the flow.
        oldest: the earliest timestamp that is loaded, in the form of `parse_timestamp`.
    """

    days: int
    oldest: str

    @classmethod
    def at(cls, now: datetime, days: int) -> Self:
        """The retention for a load that begins now; what would expire before its end is too old already.

        Parameters:
            now: a time in UTC.
            days: how long readings are kept.
        """
        oldest = now - timedelta(days=days) + LONGEST_LOAD
        return cls(days, oldest.isoformat(timespec="milliseconds").replace("+00:00", "Z"))

    def check(self, timestamp: str) -> None:
        """See that a reading of this time will be kept.

        Raises:
            Rejected: it is too old.
        """
        if timestamp < self.oldest:
            raise Rejected(f"timestamp {timestamp!r} is older than the {self.days:,} days that readings are kept")


def parse(source: Source, good: IO[str], bad: IO[str], retention: Retention) -> tuple[Readings, int]:
    """Write the good rows and the rejected ones; gives the readings and how many rows were rejected.

    Parameters:
        source: the file.
        good: gets the columns of a reading.
        bad: gets line, reason and row.
        retention: says which readings are too old.

    Raises:
        SystemExit: the file cannot be used as a whole.
    """
    accept, reject = csv.writer(good, lineterminator="\n"), csv.writer(bad, lineterminator="\n")
    accept.writerow(COLUMNS)
    reject.writerow(["line", "reason", "row"])
    readings, rejected = Readings(), 0
    with source.open() as file:
        layout, rows = read_table(file, source)
        for line, row in rows:
            try:
                reading = reading_of(layout.cells(row))
                retention.check(reading[0])
                readings.add(reading)
            except Rejected as reason:
                rejected += 1
                text = "" if isinstance(row, csv.Error) else source.delimiter.join(row)
                reject.writerow([line, reason, text[:LONGEST_TEXTS]])
                if rejected <= 5:
                    print(f"Line {line} is rejected: {reason}")
            else:
                accept.writerow(reading)
    return readings, rejected


def summary(source: Source, readings: Readings, rejected: int) -> dict[str, Any]:
    """The outputs of the task.

    Parameters:
        source: the file.
        readings: those that were accepted.
        rejected: number of rows that were not.

    Raises:
        SystemExit: there is nothing to load, or too much at once.
    """
    if len(readings.days) > MOST_DAYS:
        raise source.refusal(
            f"it covers {len(readings.days):,} days, and each makes a partition and an index: "
            f"load at most {MOST_DAYS} at once."
        )
    rows = len(readings.values)
    if not rows + rejected:
        raise source.refusal("there is a header and no row.")
    first, last = readings.span()
    return {
        "batch_id": source.fingerprint(),
        "rows": rows,
        "rejected": rejected,
        "rejected_percent": 100 * rejected / (rows + rejected),
        "sum": math.fsum(readings.values),
        "first": first,
        "last": last,
        "schema": reading_schema(),
    }


def main() -> None:
    """Parse `source.csv` into `metrics.csv` and `rejects.csv`, and publish how many rows there are and their sum."""
    source = Source(
        os.environ["SOURCE"],
        os.environ["DELIMITER"].replace("\\t", "\t"),
        os.environ["HEADER"],
        os.environ["ENCODING"],
    )
    retention = Retention.at(datetime.now(UTC), int(os.environ["RETENTION_DAYS"]))
    with (
        Path("metrics.csv").open("w", newline="") as good,
        Path("rejects.csv").open("w", newline="", errors="backslashreplace") as bad,
    ):
        readings, rejected = parse(source, good, bad, retention)
    outputs = summary(source, readings, rejected)
    print(f"{outputs['rows']:,} rows are good, {rejected:,} are rejected, of {outputs['rows'] + rejected:,}")
    Kestra.outputs(outputs)
    Kestra.counter("rows", outputs["rows"], {"kind": "accepted"})
    Kestra.counter("rows", rejected, {"kind": "rejected"})


if __name__ == "__main__":
    main()
