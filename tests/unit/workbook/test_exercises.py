"""Verdicts on answers."""

from typing import Any

import pytest

import workbook
from workbook.errors import NotFound, ServerDown, WorkbookError
from workbook.exercises import registry, results
from workbook.exercises.registry import Blank, Hint, exercise

LAB: Any = object()


@pytest.fixture(autouse=True)
def _exercises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_checks", {})
    monkeypatch.setattr(registry, "_results", {})
    monkeypatch.setattr(registry, "_load", lambda: None)

    @exercise("99.1")
    def double(lab: Any, answer: Any) -> str:
        """Twice 21."""
        if answer == "gap ...":
            raise Blank
        if answer == "gone":
            raise NotFound("Kestra knows no execution")
        if answer == "down":
            raise ServerDown("Kestra", "http://x", "no connection")
        if answer + 0 != 42:
            raise Hint(f"{answer} is not twice 21.")
        return "Doubling comes up everywhere."


def test_right_answer(capsys: pytest.CaptureFixture[str]) -> None:
    verdict = workbook.check(LAB, "99.1", 42)
    assert verdict.right
    assert capsys.readouterr().out == "✓ 99.1 right: Doubling comes up everywhere.\n"


def test_wrong_answer_gets_its_hint() -> None:
    verdict = workbook.check(LAB, "99.1", 41)
    assert (verdict.right, verdict.blank) == (False, False)
    assert str(verdict) == "✗ 99.1 not yet: 41 is not twice 21."


@pytest.mark.parametrize("answer", [None, ..., "", "  ", "...", "\n  ...\n", "gap ..."])
def test_blank_answer_gets_a_nudge(answer: Any) -> None:
    verdict = workbook.check(LAB, "99.1", answer)
    assert verdict.blank
    assert "not answered yet" in str(verdict)


@pytest.mark.parametrize("answer", ["forty-two", object(), [42], {"a": 1}])
def test_an_answer_that_upsets_the_check_gets_a_hint(answer: Any) -> None:
    verdict = workbook.check(LAB, "99.1", answer)
    assert verdict.kind == "hint"
    assert "TypeError" in verdict.text


def test_the_workbooks_own_errors_are_hints() -> None:
    assert workbook.check(LAB, "99.1", "gone").text == "Kestra knows no execution"


def test_a_stack_that_is_down_is_no_verdict() -> None:
    with pytest.raises(ServerDown):
        workbook.check(LAB, "99.1", "down")


def test_unknown_exercise_names_those_there_are() -> None:
    with pytest.raises(WorkbookError, match=r"no exercise '99\.2'\. There are 99\.1"):
        workbook.check(LAB, "99.2", 1)


def test_last_verdicts_are_kept() -> None:
    workbook.check(LAB, "99.1", 41)
    workbook.check(LAB, "99.1", 42)
    assert results()["99.1"].right


def test_html_is_escaped() -> None:
    registry._checks["99.3"] = lambda lab, answer: "<script>"
    assert "<script>" not in workbook.check(LAB, "99.3", 1)._repr_html_()


def test_two_checks_of_one_number_are_refused() -> None:
    with pytest.raises(ValueError, match=r"99\.1"):
        exercise("99.1")(lambda lab, answer: "")
