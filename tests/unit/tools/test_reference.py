"""The reference is that of the code as it is."""

import re

import pytest

from tools import reference


def test_the_document_is_that_of_the_code() -> None:
    written = reference.DOCUMENT.read_text(encoding="utf-8")
    assert written == reference.document(), "run `python -m tools.reference`"


@pytest.mark.parametrize(
    "call",
    [
        "workbook.topology(flow)",
        "lab.kestra.execute(flow, inputs=None, ",
        "lab.kestra.executions(",
        "lab.postgres.sql(",
    ],
)
def test_what_lessons_use_is_in_it(call: str) -> None:
    assert f"| `{call}" in reference.document()


def test_each_call_is_one_line_that_says_something() -> None:
    rows = [line for line in reference.document().splitlines() if line.startswith("| `")]
    assert len(rows) == len(set(rows)) > 100
    assert [row for row in rows if not re.fullmatch(r"\| `[^`]+` \| .{6,} \|", row)] == []
