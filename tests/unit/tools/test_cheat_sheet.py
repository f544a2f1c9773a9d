"""The cheat sheet is one page of what the notebooks use."""

import pytest

from tools import cheat_sheet

PAGE_LINES = 80
"""Of A4, across."""


def test_the_document_is_that_of_code_and_notebooks() -> None:
    written = cheat_sheet.DOCUMENT.read_text(encoding="utf-8")
    assert written == cheat_sheet.document(), "run `python -m tools.cheat_sheet`"


def test_it_is_one_page() -> None:
    lines = cheat_sheet.document().splitlines()
    assert len(lines) <= PAGE_LINES
    assert [line for line in lines if line.startswith("| `") and len(line) > 170] == []


@pytest.mark.parametrize(
    "call",
    [
        "| `workbook.open(*services)` |",
        "| `workbook.hint(number)` |",
        "| `lab.kestra.execute(flow, …)` |",
        "| `lab.kestra.backfill(flow, trigger_id, start, end, …)` |",
        "`.sql(query, …)`",
    ],
)
def test_what_lessons_use_is_in_it(call: str) -> None:
    assert call in cheat_sheet.document()


def test_the_most_used_come_first() -> None:
    sheet = cheat_sheet.document()
    calls = ["import_flow(path, …)", "execute(flow, …)", "logs(execution, …)", "restart(execution, …)"]
    places = [sheet.index(f"| `lab.kestra.{call}`") for call in calls]
    assert places == sorted(places)


def test_what_is_seldom_used_is_in_the_reference_alone() -> None:
    assert "lab.kestra.change_state(" not in cheat_sheet.document()
    assert "lab.kestra.change_state(" in cheat_sheet.reference.document()
