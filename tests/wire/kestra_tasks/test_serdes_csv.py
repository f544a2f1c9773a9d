"""io.kestra.plugin.serdes.csv: CSV to ION and back."""

from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Execution, Kestra
from tests.wire.kestra_tasks.files import MOMENTS, convert, converted, converted_all, file, rows


def write(kestra: Kestra, ion: str, **properties: Any) -> str:
    return written(kestra, converted(kestra, ion, "csv.IonToCsv", **properties), "task", **properties)


def written(kestra: Kestra, run: Execution, task: str, charset: str = "utf-8", **_: Any) -> str:
    """What a task wrote."""
    return kestra.path(run.outputs(task)["uri"]).read_bytes().decode(charset)


READ: list[tuple[str, dict[str, Any], list[Any]]] = [
        ("a,b\n1,x\n2,\n", {}, [{"a": "1", "b": "x"}, {"a": "2", "b": ""}]),
        ("a,b\r\n\\N,'\\N'\r\n", {"textDelimiter": "'"}, [{"a": None, "b": None}]),
        ('a;b\n"x;""y""\nz";2\n', {"fieldSeparator": ";"}, [{"a": 'x;"y"\nz', "b": "2"}]),
        ("1,x\n2,\\N\n", {"header": False}, [["1", "x"], ["2", None]]),
        ("a\n1\n2\n3\n", {"skipRows": 2}, [{"a": "3"}]),
        ("1\n2\n3\n", {"skipRows": 1, "header": False}, [["2"], ["3"]]),
        ("a\n1\n\n2\n", {"skipEmptyRows": True}, [{"a": "1"}, {"a": "2"}]),
        ("\na,b\n1,2\n", {"skipEmptyRows": True}, [{"a": "1", "b": "2"}]),
        ("a\n1\n\n2\n", {}, [{"a": "1"}, {"a": ""}, {"a": "2"}]),
        ("\ufeffa\n1\n", {}, [{"a": "1"}]),
        ("\ufeffa\n1\n", {"charset": "ISO-8859-1"}, [{"ï»¿a": "1"}]),
        ("a,b,,\n1,2,3,4\n", {}, [{"a": "1", "b": "2"}]),
        ("a,b,,\n1,2,3,4\n", {"onEmptyHeader": "RENAME"}, [{"a": "1", "b": "2", "col_2": "3", "col_3": "4"}]),
        ("a,,col_1\n1,2,3\n", {"onEmptyHeader": "RENAME"}, [{"a": "1", "col_1_2": "2", "col_1": "3"}]),
        ("a,,b\n1,2,3\n", {}, [{"a": "1", "": "2", "b": "3"}]),
        (",,\n1,2,3\n", {}, [{"": "3"}]),
        ("a,a\n1,2\n", {}, [{"a": "2"}]),
        ("a,b\n1\n2,x\n3,x,y\n", {"onBadLines": "SKIP"}, [{"a": "2", "b": "x"}]),
        ("a\n\"x\"y\n", {"allowExtraCharsAfterClosingQuote": True}, [{"a": "xy"}]),
        ("a\n", {}, []),
        ("a\nbefore\n\"x\"y\n", {"onBadLines": "SKIP"}, [{"a": "before"}]),
]  # fmt: skip


@pytest.fixture(scope="module")
def all_read(kestra: Kestra) -> Execution:
    """An execution that reads the texts."""
    return converted_all(kestra, "csv.CsvToIon", [case[:2] for case in READ])


@pytest.mark.parametrize("number", range(len(READ)))
def test_rows_of_a_csv_file(kestra: Kestra, all_read: Execution, number: int) -> None:
    assert rows(kestra, all_read, f"task{number}") == READ[number][2]


def test_the_columns_keep_their_order_and_the_records_are_counted(kestra: Kestra) -> None:
    run = converted(kestra, "z,a,m\n1,2,3\n4,5,6\n", "csv.CsvToIon")
    assert [list(row) for row in rows(kestra, run)] == [["z", "a", "m"]] * 2
    assert run.metric("records")["value"] == 2
    assert run.outputs()["uri"].endswith(".ion")


@pytest.mark.parametrize(
    ("text", "properties", "message"),
    [
        ("a,b\n1\n", {}, "Bad line encountered (field count mismatch): Expected 2, got 1 fields."),
        ("a,b\n1\n", {"onBadLines": "SKIP", "errorOnDifferentFieldCount": True}, "Expected 2, got 1 fields."),
        ("a\n\"x\"y\n", {}, "closing quote"),
        ("a\n\"xxxxxxxxxxxxxxxxxx\"\n", {"maxFieldSize": 8}, "max field size of 8 characters"),
        ("a\n\"xxxxxxxxxxxxxxxxxx\"\n", {"maxBufferSize": 8, "maxFieldSize": 1024}, "maximum buffer size"),
        ("a\n1\n", {"charset": "none-such"}, "none-such"),
        ("a\n1\n", {"skipRows": "{{ null }}"}, "skipRows"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_fails(kestra: Kestra, text: str, properties: dict[str, Any], message: str) -> None:
    assert message in kestra.failure(file(text), convert("csv.CsvToIon", **properties))


def test_a_bad_line_is_told_when_asked(kestra: Kestra) -> None:
    run = converted(kestra, "a,b\n1\n2,x\n", "csv.CsvToIon", onBadLines="WARN")
    assert rows(kestra, run) == [{"a": "2", "b": "x"}]
    assert "Bad line encountered (field count mismatch): Expected 2, got 1 fields." in run.logs("WARN")


WRITTEN: list[tuple[str, dict[str, Any], str]] = [
        ('{a:1,b:"x"}\n{a:2,b:null}', {}, "a,b\n1,x\n2,\n"),
        ('{a:1,b:"x;y"}', {"fieldSeparator": ";"}, 'a;b\n1;"x;y"\n'),
        ('{a:1,b:"it\'s"}', {"textDelimiter": "'", "header": False}, "1,'it''s'\n"),
        ('{a:1,b:"x"}', {"alwaysDelimitText": True, "lineDelimiter": "\r\n"}, '"a","b"\r\n"1","x"\r\n'),
        ('[1,"x",true]', {"header": False}, "1,x,true\n"),
        ('{r:"PE16",p:34.03}', {"quoteMode": "NON_NUMERIC"}, '"r","p"\n"PE16",34.03\n'),
        ('["t",42,-7,3.14,"12ab",""]', {"quoteMode": "NON_NUMERIC", "header": False}, '"t",42,-7,3.14,"12ab",\n'),
        ('{a:1}', {"quoteMode": "REQUIRED", "alwaysDelimitText": True}, "a\n1\n"),
        ('{a:"é"}', {"charset": "ISO-8859-1", "header": False}, "é\n"),
        ('{a:[1,2],b:{c:1}}', {"header": False}, '"[1, 2]",{c=1}\n'),
        ("", {}, ""),
]  # fmt: skip


@pytest.fixture(scope="module")
def all_written(kestra: Kestra) -> Execution:
    """An execution that writes the rows."""
    return converted_all(kestra, "csv.IonToCsv", [case[:2] for case in WRITTEN])


@pytest.mark.parametrize("number", range(len(WRITTEN)))
def test_lines_of_an_ion_file(kestra: Kestra, all_written: Execution, number: int) -> None:
    _, properties, expected = WRITTEN[number]
    assert written(kestra, all_written, f"task{number}", **properties) == expected


def test_dates_and_times_as_text(kestra: Kestra) -> None:
    assert write(kestra, MOMENTS, alwaysDelimitText=True, header=False, timeZoneId="Europe/Lisbon") == (
        '"string","2","3.2","1.10","2021-05-05T10:21:12.123Z","2021-05-05T11:21:12.123+01:00",'
        '"2021-05-05T12:21:00.000","2021-05-05T11:21:12.123+01:00","2021-05-05","12:21:12","12:21:12+02:00",""\n'
    )


def test_formats_of_dates_and_times(kestra: Kestra) -> None:
    formats = {"dateFormat": "dd.MM.yyyy", "timeFormat": "HH'h'mm", "dateTimeFormat": "{{ 'yyyy' }}/MM/dd HH:mm"}
    ion = '[2021-05-05,LocalTime::"12:21:12",2021-05-05T10:21:12.123Z]'
    assert write(kestra, ion, header=False, **formats) == "05.05.2021,12h21,2021/05/05 10:21\n"
    assert "dateFormat" in kestra.problems(convert("csv.IonToCsv", dateFormat="jjjj-oo"))


def test_a_list_has_no_header(kestra: Kestra) -> None:
    assert "Invalid data of type List with header" in kestra.failure(file("[1,2]"), convert("csv.IonToCsv"))


def test_the_older_names(kestra: Kestra) -> None:
    run = kestra.ok(file("a\n1\n"), convert("csv.CsvReader", id="read"), convert("csv.CsvWriter", "read"))
    assert kestra.text(run.outputs()["uri"]) == "a\n1\n"


def test_there_and_back(kestra: Kestra) -> None:
    text = 'a,b\n1,"x,""y"""\n2,"two\nlines"\n'
    run = kestra.ok(file(text), convert("csv.CsvToIon", id="read"), convert("csv.IonToCsv", "read"))
    assert kestra.text(run.outputs()["uri"]) == text


def test_a_conversion_is_killed(kestra: Kestra) -> None:
    uri = kestra.ok(file("a,b\n")).outputs("file")["uri"]
    kestra.path(uri).write_text("a,b\n" + "1,2\n" * 10_000_000)
    run = kestra.start({"type": "io.kestra.plugin.serdes.csv.CsvToIon", "from": uri})
    killed = kestra.kill(kestra.wait(run, "RUNNING"))
    assert killed.state == "KILLED"
    assert not killed.outputs()


def test_a_file_is_needed_and_an_unknown_property_is_refused(kestra: Kestra) -> None:
    for kind in ("CsvToIon", "IonToCsv"):
        assert "from: must not be null" in kestra.problems({"type": f"io.kestra.plugin.serdes.csv.{kind}"})
        assert "colour" in kestra.problems(convert(f"csv.{kind}", colour="red"))
