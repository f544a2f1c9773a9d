"""What was tested: a line a model, a chip a test, with the state of each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from workbook import theme
from workbook.errors import WorkbookError
from workbook.pictures.svg import Box, Canvas, Picture, text_width

WIDTH = 860.0
MARGIN = 18.0
HEAD = 40.0
SIZE, SMALL = 12.0, 10.0
CHIP, GAP, PAD = 18.0, 5.0, 8.0
LABEL_MAX = 210.0
BETWEEN = 12.0
STATES = {"pass": "SUCCESS", "warn": "WARNING", "skipped": "SKIPPED"}
"""The look of a test's state is that of a task run's; all others are failures."""


def dbt_test_table(frame: pd.DataFrame, title: str = "What dbt tested") -> Picture:
    """Draw the tests of a dbt run.

    Parameters:
        frame: as `workbook.dbt.results` gives it.

    Raises:
        WorkbookError: there is no test in it.
    """
    if frame.empty:
        raise WorkbookError("There is no test to draw.")
    canvas, models = Canvas(), list(dict.fromkeys(frame["model"]))
    label = min(LABEL_MAX, max(text_width(model, SIZE, bold=True) for model in models))
    left, y = MARGIN + label + BETWEEN, MARGIN + HEAD
    good = int((frame["state"] == "pass").sum())
    canvas.text(MARGIN, MARGIN + 12, title, 15, bold=True)
    canvas.text(WIDTH - MARGIN, MARGIN + 12, f"{good} of {len(frame)} pass", SIZE, theme.MUTED, anchor="end")
    for model in models:
        canvas.text(MARGIN, y + 13, model, SIZE, bold=True, room=label)
        y = _chips(canvas, frame[frame["model"] == model], left, y) + BETWEEN
        canvas.line([(MARGIN, y - BETWEEN / 2), (WIDTH - MARGIN, y - BETWEEN / 2)], theme.GRID)
    return canvas.picture(WIDTH, y + MARGIN - BETWEEN, title, _words(frame, models))


def _chips(canvas: Canvas, rows: pd.DataFrame, left: float, y: float) -> float:
    """The tests of a model, wrapped as text is; returns the lower edge."""
    x = left
    for row in rows.to_dict("records"):
        style = theme.state_style(STATES.get(row["state"], "FAILED"))
        words = f"{style.mark} {_name(row)}" + (f", {row['rows']} rows" if row["rows"] else "")
        width = min(text_width(words, SMALL) + 2 * PAD, WIDTH - MARGIN - left)
        if x > left and x + width > WIDTH - MARGIN:
            x, y = left, y + CHIP + GAP
        canvas.rect(Box(x, y, width, CHIP), style.fill, radius=4)
        canvas.text(x + PAD, y + 12.5, words, SMALL, style.ink, room=width - 1.5 * PAD)
        x += width + GAP
    return y + CHIP


def _name(row: Mapping[Hashable, Any]) -> str:
    return f"{row['column']}: {row['test']}" if row["column"] else str(row["test"])


def _words(frame: pd.DataFrame, models: list[str]) -> str:
    sentences = []
    for model in models:
        rows = frame[frame["model"] == model]
        bad = [_name(row) for row in rows.to_dict("records") if row["state"] != "pass"]
        sentences.append(
            f"{model}: {len(rows) - len(bad)} of {len(rows)} pass" + (f", not {', '.join(bad)}" if bad else "")
        )
    return "; ".join(sentences) + "."
