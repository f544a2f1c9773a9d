"""Run All, and how its result looks in both themes and in a large and a small window."""

from collections.abc import Callable

import pytest

from tests.browser.window import Notebook, Window

SIZES = ((1280, 800), (900, 650))
PICTURES = {"01_hello_world": 2, "04_postgres_taxi": 2, "10_s3_csv_to_four_stores": 2}
"""How many pictures a lesson has at least."""


def assert_pictures_are_whole(notebook: Notebook, least: int) -> None:
    pictures = notebook.pictures()
    assert len(pictures) >= least
    lost = [it for it in pictures if not it.natural or it.right - it.left < 1]
    wide = [it for it in pictures if it.left < it.cell[0] - 1 or it.right > it.cell[1] + 1]
    assert ([str(it) for it in lost], [str(it) for it in wide]) == ([], [])


@pytest.mark.parametrize("name", PICTURES)
def test_all_runs_and_its_pictures_are_whole_in_both_themes_and_sizes(
    window: Window, screenshot: Callable[[str], None], name: str
) -> None:
    lesson = window.open(f"my-lessons/{name}.ipynb")
    window.menu("Run", "Run All Cells")
    lesson.await_all()
    assert lesson.failures() == []
    for theme in ("Dark", "Light"):
        window.set_theme(theme)
        assert window.read_style(".jp-Notebook img", "colorScheme") == theme.lower()
        for width, height in SIZES:
            window.resize(width, height)
            assert_pictures_are_whole(lesson, PICTURES[name])
            lesson.cell("gantt")
            screenshot(f"{name[:2]}-{theme.lower()}-{width}")
