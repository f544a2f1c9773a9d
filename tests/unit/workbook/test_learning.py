"""Predictions, graded hints, and the progress that is kept."""

import json
import os
from itertools import groupby
from pathlib import Path

import pytest

import workbook
from workbook import working_copy
from workbook.errors import WorkbookError
from workbook.exercises import report
from workbook.learning import hints, kept, texts

TEXTS = """notebook: 99_nothing
predictions:
  a: {choices: abc, right: b, because: The engine refuses it.}
hints:
  "1": [Look at the log., Read its last line.]
"""
SOLUTION = "<details>\n\n```python\nanswer = 42\n```\n</details>"


@pytest.fixture(autouse=True)
def progress_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lesson 99 with its texts and its notebook, and a progress of the test's own."""
    (tmp_path / "99.yaml").write_text(TEXTS)
    (tmp_path / "notebooks").mkdir()
    cell = {"cell_type": "markdown", "source": SOLUTION, "metadata": {"tags": ["solution-99.1"]}}
    (tmp_path / "notebooks" / "99_nothing.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}}))
    read = {"99": texts._read(tmp_path / "99.yaml")}
    for module in (texts, report):
        monkeypatch.setattr(module, "all_texts", lambda: read)
    monkeypatch.setattr(hints, "ROOT", tmp_path)
    monkeypatch.setattr(report, "numbers", lambda: ["99.1", "99.2"])
    hints._shown.clear()
    monkeypatch.setenv(kept.VARIABLE, str(tmp_path / "kept" / "progress.json"))
    return tmp_path / "kept" / "progress.json"


def test_hints_come_one_by_one_and_the_solution_last() -> None:
    seen = [workbook.hint("99.1") for _ in range(4)]
    assert [card.text.splitlines()[0] for card in seen[:2]] == ["Look at the log.", "Read its last line."]
    assert [card.code for card in seen] == ["", "", "answer = 42", "answer = 42"]


def test_an_exercise_without_hints_is_named() -> None:
    with pytest.raises(WorkbookError, match=r"99\.9"):
        workbook.hint("99.9")


@pytest.mark.parametrize(("guess", "words"), [("b", "as you predicted"), (" C ", "you predicted c, and it was b")])
def test_a_guess_stands_beside_what_happened(guess: str, words: str) -> None:
    card = workbook.predict("99.a", guess)
    assert card is not None
    assert words in str(card)
    assert card.text == "The engine refuses it."


@pytest.mark.parametrize("guess", [..., None, "", "..."])
def test_an_open_guess_shows_nothing(guess: object, progress_file: Path) -> None:
    assert workbook.predict("99.a", guess) is None
    assert not progress_file.exists()


@pytest.mark.parametrize("guess", ["d", "ab", 7])
def test_a_guess_that_is_no_choice_is_named(guess: object, progress_file: Path) -> None:
    card = workbook.predict("99.a", guess)
    assert card is not None
    assert f'{guess!r} is none of the choices. Write one of "a", "b", "c".' in str(card)
    assert not progress_file.exists()


def test_an_unknown_prediction_is_named() -> None:
    with pytest.raises(WorkbookError, match=r"no prediction '99\.b'.*99\.a"):
        workbook.predict("99.b", "a")


def test_the_first_guess_is_kept() -> None:
    workbook.predict("99.a", "c")
    workbook.predict("99.a", "b")
    assert kept.load().predictions == {"99.a": "c"}


def test_progress_counts_what_is_answered() -> None:
    assert str(workbook.progress()).splitlines()[0] == "0 of 3"
    kept.keep_exercise("99.2")
    kept.keep_exercise("99.2")
    workbook.predict("99.a", "a")
    now = workbook.progress()
    assert (now.done, now.total) == (2, 3)
    assert now.lessons[0].open == ["99.1"]
    assert "1 of 2" in now.html()


def test_the_homework_stands_between_the_lessons_and_the_concepts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    told = [line for line in str(workbook.progress()).splitlines() if line.endswith(":") or "2026" in line]
    assert [line.split()[0] for line in told] == ["lessons:", "homework:", "2026", "concepts:"]
    assert [name for name, _ in groupby(one.part for one in workbook.progress().lessons)] == list(report.PARTS)


def test_nothing_is_kept_where_nobody_looks(progress_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(kept.VARIABLE)
    monkeypatch.setattr(kept, "FILE", progress_file)
    kept.keep_exercise("99.1")
    assert not progress_file.exists()


@pytest.mark.parametrize("text", ["{", "", '["99.1"]', '{"exercises": [], "of_a_later_version": 1}'])
def test_a_file_that_cannot_be_read_stops_nothing_and_is_put_aside(progress_file: Path, text: str) -> None:
    progress_file.parent.mkdir()
    progress_file.write_text(text)
    assert kept.load() == kept.Kept()
    kept.keep_exercise("99.1")
    assert kept.load().exercises == ["99.1"]
    assert progress_file.with_name("progress.unreadable.json").read_text() == text


def test_a_crash_while_writing_leaves_what_was_kept(progress_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.keep_exercise("99.1")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _crash)
        with pytest.raises(KeyboardInterrupt):
            kept.keep_exercise("99.2")
    assert kept.load().exercises == ["99.1"]
    kept.keep_exercise("99.2")
    assert kept.load().exercises == ["99.1", "99.2"]


def test_a_fresh_copy_of_a_lesson_leaves_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = tmp_path / "my-lessons"
    monkeypatch.setenv(kept.VARIABLE, str(copies / kept.FILE.name))
    working_copy.renew("", tmp_path / "notebooks", copies)
    kept.keep_exercise("99.1")
    working_copy.renew("99", tmp_path / "notebooks", copies)
    assert kept.load().exercises == ["99.1"]


def _crash(_: int) -> None:
    raise KeyboardInterrupt
