"""docs/hints.md has each wrong answer that the tests try."""

from pathlib import Path

import pytest

from tests.lessons.exercises.wrong_answers import wrong_answers
from tools import hints
from tools.hints import Case
from workbook.lesson_files import lesson_name, numbered_lessons

FEWEST = 6
"""Wrong answers to an exercise."""
MODULE = """
WRONG = {
    "01.1": [
        (lambda lab: run(lab, "a | b"), "letter by letter"),
        ("`ls`", "no " "command"),
    ],
}
"""


def test_the_document_is_up_to_date() -> None:
    assert hints.DOCUMENT.read_text(encoding="utf-8") == hints.document(), "run `python -m tools.hints`"


@pytest.mark.parametrize("path", numbered_lessons(), ids=lesson_name)
def test_it_has_each_answer_that_is_tried(path: Path) -> None:
    tried = {number: [hint for _, hint in pairs] for number, pairs in wrong_answers(path).items()}
    written = hints.all_cases()[lesson_name(path)]
    assert {number: [case.hint for case in cases] for number, cases in written.items()} == tried
    assert {number: len(cases) for number, cases in written.items() if len(cases) < FEWEST} == {}


def test_answers_are_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "lesson.py").write_text(MODULE)
    [found] = hints.cases(tmp_path / "lesson.py").values()
    assert found == [Case("run(lab, 'a | b')", "letter by letter"), Case("'`ls`'", "no command")]
    assert list(hints._rows("01.1", found)) == [
        "| 01.1 | ` run(lab, 'a \\| b') ` | letter by letter |",
        "| 01.1 | `` '`ls`' `` | no command |",
    ]
