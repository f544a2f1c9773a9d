"""Task parse of s3-csv-ingestion, as a function: which rows are good, and why the others are not."""

import csv
import io
import itertools
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.parse_csv import Layout, Readings, Retention, Source, main, parse, reading_of, summary

HEADER = "timestamp,device_id,metric_name,metric_value,location,zone"
GOOD = "2025-09-01T00:00:00Z,d1,temperature,1.5,here,north"
KEPT = Retention.at(datetime(2026, 1, 1, tzinfo=UTC), days=30_000)
FILE = f"{HEADER}\n{GOOD}\n"
MANY_DAYS = list(itertools.product((2020, 2021), range(1, 13), range(1, 20)))


def source(folder: Path, content: bytes | str, **options: str) -> Source:
    """A file with some content."""
    path = folder / "source.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Source("s3://bucket/key.csv", path=path, **options)  # type: ignore[arg-type]


def parsed(file: Source) -> tuple[list[list[str]], list[list[str]], Readings]:
    """The rows of `metrics.csv` and of `rejects.csv` without their headers, and the readings."""
    good, bad = io.StringIO(newline=""), io.StringIO(newline="")
    readings, rejected = parse(file, good, bad, KEPT)
    rows, rejects = (list(csv.reader(io.StringIO(text.getvalue())))[1:] for text in (good, bad))
    assert (len(rows), len(rejects)) == (len(readings.values), rejected)
    return rows, rejects, readings


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A task's working directory, with the flow's default inputs in the environment."""
    monkeypatch.chdir(tmp_path)
    defaults = {"SOURCE": "s3://bucket/key.csv", "DELIMITER": ",", "HEADER": "auto", "ENCODING": "auto"}
    defaults["RETENTION_DAYS"] = "30000"
    for name, value in defaults.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def run_task(folder: Path, content: bytes | str, inputs: dict[str, str]) -> None:
    """Run the script as the flow does."""
    source(folder, content)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in inputs.items():
            patch.setenv(name, value)
        main()


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
    ("content", "inputs"),
    [
        pytest.param(FILE.replace(",", "\t"), {"DELIMITER": "\\t"}, id="tab"),
        pytest.param(FILE.replace(",", ";"), {"DELIMITER": ";"}, id="semicolon"),
        pytest.param(FILE.replace(",", "|"), {"DELIMITER": "|"}, id="pipe"),
        pytest.param(f"{GOOD}\n", {}, id="no header"),
        pytest.param(f"{GOOD}\n", {"HEADER": "absent"}, id="no header, as said"),
        pytest.param(FILE, {"HEADER": "present"}, id="a header, as said"),
        pytest.param(f"\ufeff{FILE}", {}, id="byte order mark"),
        pytest.param(f"\ufeff{HEADER}\n\n{GOOD}\n", {}, id="byte order mark and an empty line"),
        pytest.param(FILE.encode("utf-16"), {}, id="UTF-16"),
        pytest.param(FILE.replace("\n", "\r\n"), {}, id="lines end as on Windows"),
        pytest.param(FILE.rstrip("\n"), {}, id="no last line break"),
        pytest.param(f"{HEADER}\n\n{GOOD}\n\n\n", {}, id="empty lines"),
        pytest.param(
            "Timestamp, Device_ID ,METRIC_NAME,metric_value,location,zone\n" + GOOD.replace(",", " , "),
            {},
            id="capitals and spaces",
        ),
        pytest.param(
            "zone,unit,metric_value,device_id,location,metric_name,timestamp\n"
            "north,C,1.5,d1,here,temperature,2025-09-01T00:00:00Z\n",
            {},
            id="another order and more columns",
        ),
        pytest.param(FILE.replace("00:00:00Z", "05:30:00+05:30"), {}, id="another time zone"),
        pytest.param(FILE.replace("T00:00:00Z", " 00:00:00"), {}, id="no time zone"),
        pytest.param(f"{HEADER}\n" + ",".join(f'"{cell}"' for cell in GOOD.split(",")), {}, id="everything quoted"),
    ],
)
def test_unusual_files_are_understood(task: Path, content: bytes | str, inputs: dict[str, str]) -> None:
    run_task(task, content, inputs)
    assert (task / "metrics.csv").read_text() == f"{HEADER}\n{GOOD.replace('00Z', '00.000Z')}\n"
    assert (task / "rejects.csv").read_text() == "line,reason,row\n"


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
    ("content", "inputs", "reason"),
    [
        pytest.param("", {}, "the file is empty.", id="empty"),
        pytest.param("\ufeff", {}, "the file is empty.", id="only a byte order mark"),
        pytest.param(f"{HEADER}\n", {}, "there is a header and no row.", id="only a header"),
        pytest.param(FILE.replace(",", ";"), {}, "Is the delimiter ';' and not ','?", id="another delimiter"),
        pytest.param(FILE, {"DELIMITER": "|"}, "Is the delimiter ',' and not '|'?", id="wrong delimiter asked"),
        pytest.param(FILE.replace(",zone", ",region"), {}, "the columns are timestamp, device_id", id="another column"),
        pytest.param(f"{GOOD}\n", {"HEADER": "present"}, "the columns are", id="header missing"),
        pytest.param(FILE, {"HEADER": "absent"}, "the columns are", id="header where none should be"),
        pytest.param("a,b,c\n1,2,3\n", {}, "the columns are", id="another table"),
        pytest.param(
            f'{FILE}2025-09-01T00:01:00Z,"d1,temperature\n{GOOD}\n',
            {},
            "the quote on line 3 is not closed",
            id="quote not closed",
        ),
        pytest.param('"a"b\n', {}, "the first line cannot be read (", id="first line damaged"),
        pytest.param(b"\x1f\x8b\x08\x00" + bytes(range(256)), {}, "the columns are", id="gzip"),
        pytest.param(FILE, {"ENCODING": "utf-16"}, "UTF-16", id="not UTF-16"),
        pytest.param(f"{HEADER}\n{'x' * 70_000}\n", {}, "line 2 is longer than 65,536 characters.", id="a long line"),
        pytest.param(
            HEADER + "".join(f"\n{year}-{month:02}-{day:02},d,t,1,,n" for year, month, day in MANY_DAYS),
            {},
            "it covers 456 days",
            id="too many days",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    task: Path, content: bytes | str, inputs: dict[str, str], reason: str
) -> None:
    with pytest.raises(SystemExit) as refused:
        run_task(task, content, inputs)
    message = str(refused.value)
    assert message.startswith("s3://bucket/key.csv: ")
    assert reason in message
    assert message.endswith(" Nothing was loaded.")


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


def test_cells_come_in_the_order_of_the_columns(tmp_path: Path) -> None:
    first = ["zone", "timestamp", "device_id", "metric_name", "metric_value", "location"]
    layout = Layout.of(first, source(tmp_path, ""))
    cells = layout.cells(["n", "2025-09-01", "d1", "t", "1", "here"])
    assert reading_of(cells) == ("2025-09-01T00:00:00.000Z", "d1", "t", 1.0, "here", "n")


def test_a_reading_that_a_store_would_drop_at_once_is_rejected(tmp_path: Path) -> None:
    kept = Retention.at(datetime(2026, 1, 11, 12, tzinfo=UTC), days=10)
    times = ("2026-01-01T13:00:00Z", "2026-01-01T12:59:59.999Z", "2025-01-01T00:00:00Z")
    file = source(tmp_path, "\n".join([HEADER, *(f"{time},d1,t,1,,n" for time in times)]))
    good, bad = io.StringIO(newline=""), io.StringIO(newline="")
    readings, rejected = parse(file, good, bad, kept)
    assert (readings.span()[0], rejected) == ("2026-01-01T13:00:00.000Z", 2)
    assert "'2025-01-01T00:00:00.000Z' is older than the 10 days that readings are kept" in bad.getvalue()
