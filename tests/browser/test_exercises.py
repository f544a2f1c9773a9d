"""A learner answers in the browser."""

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from tests.browser.server import Jupyter
from tests.browser.window import Notebook, Window
from tests.support.waiting import eventually
from workbook import theme as theme_colours

ANSWER = 'answer = lab.kestra.execute(flow, inputs={{"name": "{name}"}})\nworkbook.check(lab, "01.1", answer)'

CARD = 'div[style*="border-left"]'


def _computed(colour: str) -> str:
    """A colour such as `#0d1117` as a browser tells it."""
    return f"rgb({', '.join(str(part) for part in bytes.fromhex(colour[1:]))})"


def _source(path: Path, tag: str) -> str:
    """The text of a cell in a notebook on disk; none while JupyterLab writes the file, which it empties first."""
    try:
        cells = nbformat.read(path, as_version=4).cells
    except nbformat.reader.NotJSONError:
        return ""
    return next(cell.source for cell in cells if tag in cell.metadata.get("tags", []))


@pytest.fixture
def lesson(window: Window) -> Notebook:
    """Lesson 01 with its flow on the server."""
    lesson = window.open("my-lessons/01_hello_world.ipynb")
    for cell in ("parameters", "open", "topology"):
        lesson.run(cell)
    return lesson


def test_a_wrong_answer_gets_a_hint_and_a_right_one_is_kept(
    window: Window, lesson: Notebook, server: Jupyter, screenshot: Callable[[str], None]
) -> None:
    assert "open" in lesson.run("exercise-01.1")
    lesson.write("exercise-01.1", ANSWER.format(name="Grace"))
    assert "Hello, Grace!" in lesson.run("exercise-01.1")
    screenshot("exercise-wrong")
    lesson.write("exercise-01.1", right := ANSWER.format(name="Grace Hopper"))
    assert "✓ 01.1 right" in lesson.run("exercise-01.1")
    screenshot("exercise-right")
    for theme, ground in (("Dark", theme_colours.DARK[theme_colours.CARD]), ("Light", theme_colours.CARD)):
        window.set_theme(theme)
        assert window.read_style(CARD, "backgroundColor") == _computed(ground)
        screenshot(f"exercise-{theme.lower()}")
    kept = json.loads(Path(server.environment["WORKBOOK_PROGRESS"]).read_text())
    assert kept["exercises"] == ["01.1"]
    copy = server.copies / "01_hello_world.ipynb"
    eventually(lambda: _source(copy, "exercise-01.1") == right, what="what was typed is saved by itself")


def test_a_guess_stands_beside_what_happened(lesson: Notebook, screenshot: Callable[[str], None]) -> None:
    lesson.run("run")
    lesson.write("predict-01.a", 'workbook.predict("01.a", "a")')
    assert "You say a. Run the next cell." in lesson.run("predict-01.a")
    assert "01.a you predicted a, and it was c" in lesson.run("gantt")
    screenshot("prediction")
