"""Run All, and how its result looks in both themes and in a large and a small window."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.browser.server import Jupyter
from tests.browser.window import Notebook, Window
from tests.support.stack import ROOT

SIZES = ((1280, 800), (900, 650))
LEAST_PICTURES = 2
"""How many a lesson has at least."""
MORE_SERVICES = {"10_s3_csv_to_four_stores": "aws,timescale,clickhouse,elasticsearch,qdrant"}
"""What a lesson needs beside what runs already."""


def assert_pictures_are_whole(notebook: Notebook) -> None:
    pictures = notebook.pictures()
    assert len(pictures) >= LEAST_PICTURES
    lost = [it for it in pictures if not it.natural or it.right - it.left < 1]
    wide = [it for it in pictures if it.left < it.cell[0] - 1 or it.right > it.cell[1] + 1]
    assert ([str(it) for it in lost], [str(it) for it in wide]) == ([], [])


@pytest.mark.parametrize(
    "name",
    ["01_hello_world", "04_postgres_taxi", pytest.param("10_s3_csv_to_four_stores", marks=pytest.mark.slow)],
)
def test_all_runs_and_its_pictures_are_whole_in_both_themes_and_sizes(
    window: Window, server: Jupyter, screenshot: Callable[[str], None], name: str
) -> None:
    if name in MORE_SERVICES:
        up = [sys.executable, "-m", "embedded", "up", "--only", MORE_SERVICES[name]]
        subprocess.run(up, cwd=ROOT, env=server.environment, check=True)
    lesson = window.open(f"my-lessons/{name}.ipynb")
    window.menu("Run", "Run All Cells")
    lesson.await_all()
    assert lesson.failures() == []
    for theme in ("Dark", "Light"):
        window.set_theme(theme)
        assert window.read_style(".jp-Notebook img", "colorScheme") == theme.lower()
        for width, height in SIZES:
            window.resize(width, height)
            assert_pictures_are_whole(lesson)
            lesson.cell("gantt")
            screenshot(f"{name[:2]}-{theme.lower()}-{width}")
