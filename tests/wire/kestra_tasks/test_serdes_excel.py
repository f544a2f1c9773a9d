"""io.kestra.plugin.serdes.excel: ION to sheets and back."""

import io
import re
import zipfile
from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Kestra, Task
from tests.wire.kestra_tasks.files import convert, converted, file, plain

ROWS = (
    '{name:"x",count:1,price:2.5e0,day:2021-05-05,large:12345678901234567890}\n'
    '{name:"y",count:2,price:null,day:null,large:1}'
)


def read(kestra: Kestra, ion: str, there: dict[str, Any] | None = None, **properties: Any) -> list[Any]:
    """The rows of the only sheet of a file that was written from rows."""
    excel = convert("excel.IonToExcel", id="there", **(there or {}))
    run = kestra.ok(file(ion), excel, convert("excel.ExcelToIon", "there", **properties))
    [uri] = run.outputs()["uris"].values()
    found = plain(kestra.ion(uri))
    assert run.outputs()["size"] == len(found)
    return list(found)


def sheet(kestra: Kestra, ion: str, **properties: Any) -> str:
    """The XML of the sheet that rows become."""
    uri = converted(kestra, ion, "excel.IonToExcel", **properties).outputs()["uri"]
    with zipfile.ZipFile(io.BytesIO(kestra.path(uri).read_bytes())) as workbook:
        return workbook.read("xl/worksheets/sheet1.xml").decode()


def test_rows_there_and_back(kestra: Kestra) -> None:
    assert read(kestra, ROWS) == [
        {"name": "x", "count": 1.0, "price": 2.5, "day": "2021-05-05", "large": "12345678901234567890"},
        {"name": "y", "count": 2.0, "price": "null", "day": "null", "large": 1.0},
    ]


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"dateTimeRender": "SERIAL_NUMBER"}, 44321.0),
        ({"dateTimeRender": "FORMATTED_STRING"}, "05.05.2021"),
        ({"valueRender": "FORMATTED_VALUE", "dateTimeRender": "FORMATTED_STRING"}, "05.05.2021"),
        ({"valueRender": "FORMULA"}, "2021-05-05"),
    ],
)
def test_dates(kestra: Kestra, properties: dict[str, Any], expected: Any) -> None:
    assert read(kestra, "{day:2021-05-05}", {"dateFormat": "dd.mm.yyyy"}, **properties) == [{"day": expected}]


def test_values_as_excel_shows_them(kestra: Kestra) -> None:
    assert read(kestra, '{a:1,b:"x",c:true}', valueRender="FORMATTED_VALUE") == [{"a": "1", "b": "x", "c": "TRUE"}]


def test_dates_without_a_style_are_numbers(kestra: Kestra) -> None:
    assert read(kestra, "{day:2021-05-05}", {"styles": False}) == [{"day": 44321.0}]


def test_lists_and_no_header(kestra: Kestra) -> None:
    rows = '[1,"x"]\n[2,"y"]\n[3,"z"]'
    assert read(kestra, rows, {"header": False}, header=False) == [[1.0, "x"], [2.0, "y"], [3.0, "z"]]
    assert read(kestra, rows, {"header": False}, header=False, skipRows=2) == [[3.0, "z"]]
    assert read(kestra, rows, {"header": False}, skipRows=1) == [{"2.0": 3.0, "y": "z"}]
    assert "Invalid data of type List with header" in kestra.failure(file("[1]"), convert("excel.IonToExcel"))


def test_truth_and_formulas_are_cells_of_their_kind(kestra: Kestra) -> None:
    xml = sheet(kestra, '{a:true,b:false,c:"Formula:SUM(1,2)"}', header=False)
    assert re.findall(r't="b"><v>(\d)</v>', xml) == ["1", "0"]
    assert "<f>SUM(1,2)</f>" in xml


def test_a_sheet_for_each_file(kestra: Kestra) -> None:
    rows = [{**file(f"{{a:{number}}}"), "id": f"rows{number}"} for number in (1, 2)]
    several = {"One": "{{ outputs.rows1.uri }}", "Two": "{{ outputs.rows2.uri }}"}
    excel: Task = {"id": "there", "type": "io.kestra.plugin.serdes.excel.IonToExcel", "from": several}
    run = kestra.ok(*rows, excel, convert("excel.ExcelToIon", "there"))
    uris = run.outputs()["uris"]
    assert {title: kestra.ion(uri) for title, uri in uris.items()} == {"One": [{"a": 1.0}], "Two": [{"a": 2.0}]}
    assert run.outputs()["size"] == run.metric("sheets")["value"] == 2
    one = kestra.ok(*rows, excel, convert("excel.ExcelToIon", "there", sheetsTitle=["Two"]))
    assert list(one.outputs()["uris"]) == ["Two"]


def test_the_title_of_a_sheet(kestra: Kestra) -> None:
    titled = convert("excel.IonToExcel", id="there", sheetsTitle="Prices")
    run = kestra.ok(file("{a:1}"), titled, convert("excel.ExcelToIon", "there"))
    assert list(run.outputs()["uris"]) == ["Prices"]


def test_the_properties_are_checked(kestra: Kestra) -> None:
    assert "from: must not be null" in kestra.problems({"type": "io.kestra.plugin.serdes.excel.ExcelToIon"})
    assert "skipRows" in kestra.problems(convert("excel.ExcelToIon", skipRows=-1))
    assert "dateFormat" in kestra.problems(convert("excel.IonToExcel", dateFormat="jjjj-oo"))
    assert kestra.run(file("nonsense"), convert("excel.ExcelToIon")).state == "FAILED"
