"""Task parse of s3-csv-ingestion, as a function: which rows are good, and why the others are not."""

import csv
import io
import math
from pathlib import Path
from typing import Any

import pytest

from ingestion.parse_csv import Layout, Readings, Source, parse, reading_of, summary

HEADER = "timestamp,device_id,metric_name,metric_value,location,zone"
GOOD = "2025-09-01T00:00:00Z,d1,temperature,1.5,here,north"


def source(folder: Path, content: bytes | str, **options: str) -> Source:
    """A file with some content."""
    path = folder / "source.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Source("s3://bucket/key.csv", path=path, **options)  # type: ignore[arg-type]


def parsed(file: Source) -> tuple[list[list[str]], list[list[str]], Readings]:
    """The rows of `metrics.csv` and of `rejects.csv` without their headers, and the readings."""
    good, bad = io.StringIO(newline=""), io.StringIO(newline="")
    readings, rejected = parse(file, good, bad)
    rows, rejects = (list(csv.reader(io.StringIO(text.getvalue())))[1:] for text in (good, bad))
    assert (len(rows), len(rejects)) == (len(readings.values), rejected)
    return rows, rejects, readings


def refusal(file: Source) -> str:
    """Why a file is refused as a whole."""
    with pytest.raises(SystemExit) as refused:
        parse(file, io.StringIO(), io.StringIO())
    return str(refused.value)


def test_a_reading_is_in_utc_to_the_millisecond(tmp_path: Path) -> None:
    rows, rejects, readings = parsed(source(tmp_path, f"{HEADER}\n2025-09-01T02:00:00.1239+02:00, d1 ,t,-1e2,,n\n"))
    assert rows == [["2025-09-01T00:00:00.123Z", "d1", "t", "-100.0", "", "n"]]
    assert not rejects
    assert readings.span() == ("2025-09-01T00:00:00.123Z",) * 2


def test_columns_are_found_in_any_order_and_further_ones_are_left_out(tmp_path: Path) -> None:
    content = "zone;METRIC_VALUE;more;device_id;metric_name;location;timestamp\nn;2;x;d1;t;here;2025-09-01\n"
    rows, _, _ = parsed(source(tmp_path, content, delimiter=";"))
    assert rows == [["2025-09-01T00:00:00.000Z", "d1", "t", "2.0", "here", "n"]]


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (f"{GOOD}\n", {}),
        (f"\ufeff{HEADER}\n\n{GOOD}\n".encode(), {}),
        (f"{HEADER}\n{GOOD}\n".encode("utf-16"), {}),
        (f"{HEADER}\n{GOOD}\n".replace("here", "Süd").encode("latin-1"), {"encoding": "latin-1"}),
        (f"{HEADER}\n{GOOD}\n".replace(",", "\t"), {"delimiter": "\t", "header": "present"}),
    ],
    ids=["no header", "byte order mark", "utf-16", "latin-1", "tabs"],
)
def test_the_ways_a_file_may_be_written(tmp_path: Path, content: bytes | str, options: dict[str, str]) -> None:
    rows, rejects, _ = parsed(source(tmp_path, content, **options))
    assert (len(rows), rejects) == (1, [])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2025-09-01T00:01:00Z,d1,t,1,here", "5 fields instead of 6"),
        ("soon,d1,t,1,,n", "timestamp 'soon' is not a time as 2025-09-01T00:00:00Z"),
        ("0001-01-01T00:00:00+14:00,d1,t,1,,n", "is not a time as"),
        ("1969-12-31T23:59:59Z,d1,t,1,,n", "is not between 1970 and 2099"),
        ("2025-09-01,,t,1,,n", "device_id or metric_name is empty"),
        ("2025-09-01,d1,t,one,,n", "metric_value 'one' is not a number"),
        ("2025-09-01,d1,t,inf,,n", "metric_value 'inf' is not finite"),
        (f"2025-09-01,d1,t,1,{'x' * 1001},n", "the texts are longer than 1,000 characters"),
        ("2025-09-01,d1,t,1,a\0b,n", "there is a NUL character"),
        (GOOD, "an earlier line has the same timestamp, device and metric"),
        ('2025-09-01,"d"1,t,1,,n', "',' expected after"),
    ],
)
def test_a_row_that_cannot_be_right(tmp_path: Path, row: str, reason: str) -> None:
    rows, rejects, _ = parsed(source(tmp_path, f"{HEADER}\n{GOOD}\n{row}\n"))
    [(line, told, _)] = rejects
    assert (len(rows), line) == (1, "3")
    assert reason in told


def test_bytes_of_another_encoding_cost_one_row(tmp_path: Path) -> None:
    content = f"{HEADER}\n{GOOD}\n".encode() + b"2025-09-02,d1,t,1,S\xfcd,n\n"
    _, [(_, reason, _)], _ = parsed(source(tmp_path, content))
    assert reason == "there are bytes of another encoding; the input `encoding` names it"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "the file is empty."),
        ('"a"b\n', "the first line cannot be read ("),
        (f"{HEADER}\n{GOOD}".replace(",", ";"), "Is the delimiter ';' and not ','?"),
        ("a,b\n", "the columns are timestamp, device_id"),
        (f'{HEADER}\n2025-09-01,"d1,t\n{GOOD}\n', "the quote on line 2 is not closed"),
        (f"{HEADER}\n{'x' * 70_000}\n", "line 2 is longer than 65,536 characters."),
    ],
)
def test_a_file_that_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    told = refusal(source(tmp_path, content))
    assert told.startswith("s3://bucket/key.csv: ")
    assert reason in told
    assert told.endswith(" Nothing was loaded.")


def test_the_summary_holds_what_the_stores_are_compared_with(tmp_path: Path) -> None:
    content = f"{HEADER}\n{GOOD}\n2025-09-02,d1,temperature,0.1,,n\nsoon,d1,t,1,,n\n"
    file = source(tmp_path, content)
    _, rejects, readings = parsed(file)
    outputs: dict[str, Any] = summary(file, readings, len(rejects))
    assert (outputs["rows"], outputs["rejected"], outputs["sum"]) == (2, 1, math.fsum([1.5, 0.1]))
    assert math.isclose(outputs["rejected_percent"], 100 / 3)
    assert (outputs["first"], outputs["last"]) == ("2025-09-01T00:00:00.000Z", "2025-09-02T00:00:00.000Z")
    assert outputs["batch_id"] == file.fingerprint()
    assert len(outputs["batch_id"]) == 12


def test_too_many_days_and_no_row_at_all(tmp_path: Path) -> None:
    file = source(tmp_path, f"{HEADER}\n")
    with pytest.raises(SystemExit, match="there is a header and no row"):
        summary(file, Readings(), 0)
    readings = Readings()
    for day in range(367):
        readings.add((f"{1970 + day}-01-01T00:00:00.000Z", "d", "t", 1.0, "", ""))
    with pytest.raises(SystemExit, match="it covers 367 days"):
        summary(file, readings, 0)


def test_cells_come_in_the_order_of_the_columns(tmp_path: Path) -> None:
    first = ["zone", "timestamp", "device_id", "metric_name", "metric_value", "location"]
    layout = Layout.of(first, source(tmp_path, ""))
    cells = layout.cells(["n", "2025-09-01", "d1", "t", "1", "here"])
    assert reading_of(cells) == ("2025-09-01T00:00:00.000Z", "d1", "t", 1.0, "here", "n")
