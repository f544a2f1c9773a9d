"""How far a learner has come: a row a lesson, its bar filled as far as its exercises and predictions are answered.

The lessons of a part, such as the homework, stand below its name.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbook import theme
from workbook.pictures.svg import Box, Canvas, Picture, text_width

WIDTH, MARGIN, HEAD = 860.0, 18.0, 34.0
ROW, BAR, SIZE = 24.0, 12.0, 12.0
COUNT_WIDTH, INDENT = 76.0, 12.0


Row = tuple[str, int, int]


def learner_progress(parts: Sequence[tuple[str, Sequence[Row]]]) -> Picture:
    """Draw how much of each lesson is answered.

    Parameters:
        parts: name of a part and its lessons: the name of each, how much is answered, and of how much.
    """
    rows = [row for _, lessons in parts for row in lessons]
    title = _count(rows)
    canvas = Canvas()
    canvas.text(MARGIN, MARGIN + 12, title, 15, bold=True)
    left = MARGIN + INDENT + max(text_width(name, SIZE) for name, _, _ in rows) + 14
    y = MARGIN + HEAD
    for part, lessons in parts:
        canvas.text(MARGIN, y + 10, part, SIZE, bold=True)
        canvas.text(WIDTH - MARGIN, y + 10, _count(lessons), SIZE, theme.MUTED, anchor="end")
        y += ROW
        for row in lessons:
            _draw_row(canvas, row, left, y)
            y += ROW
    return canvas.picture(WIDTH, y + MARGIN / 2, title, "; ".join(_words(*it) for it in parts) + ".")


def _draw_row(canvas: Canvas, row: Row, left: float, y: float) -> None:
    """One lesson; its bar begins at `left`."""
    name, answered, all_of = row
    room = WIDTH - MARGIN - COUNT_WIDTH - left
    canvas.text(MARGIN + INDENT, y + 10, name, SIZE)
    canvas.rect(Box(left, y, room, BAR), theme.GRID, stroke=theme.LINE, radius=3)
    if answered:
        canvas.rect(Box(left, y, room * answered / all_of, BAR), theme.GREEN, radius=3)
    canvas.text(WIDTH - MARGIN, y + 10, f"{answered} of {all_of}", SIZE, theme.MUTED, anchor="end")


def _count(rows: Sequence[Row]) -> str:
    return f"{sum(row[1] for row in rows)} of {sum(row[2] for row in rows)}"


def _words(part: str, rows: Sequence[Row]) -> str:
    return f"{part}: " + ", ".join(f"{name} {answered} of {all_of}" for name, answered, all_of in rows)
