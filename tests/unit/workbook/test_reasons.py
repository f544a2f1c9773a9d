"""Of the errors in a log, those that say why."""

import pytest

from workbook.kestra.logs import reasons
from workbook.kestra.models import LogLine


@pytest.mark.parametrize(
    ("logged", "said"),
    [
        (["The stores differ.", "Fail on a condition"], ["The stores differ."]),
        (["KeyError: 'x'", "Command failed with exit code 1"], ["KeyError: 'x'"]),
        (["Task failure"], ["Task failure"]),
        (["Fail on a condition"], ["Fail on a condition"]),
        ([" ", "first", "second "], ["first", "second"]),
        ([], []),
    ],
)
def test_closing_words_are_no_reason_unless_nothing_else_is_said(logged: list[str], said: list[str]) -> None:
    assert reasons(LogLine.from_json({"level": "ERROR", "message": message}) for message in logged) == said
