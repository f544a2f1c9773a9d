"""How far a learner has come: a row a lesson, its bar filled as far as its exercises and predictions are answered."""

from __future__ import annotations

from collections.abc import Sequence

from workbook import theme
from workbook.pictures.svg import Box, Canvas, Picture, text_width

WIDTH, MARGIN, HEAD = 860.0, 18.0, 34.0
ROW, BAR, SIZE = 24.0, 12.0, 12.0
COUNT_WIDTH = 76.0


def learner_progress(rows: Sequence[tuple[str, int, int]]) -> Picture:
    """Draw how much of each lesson is answered.

    Parameters:
        rows: name of a lesson, how much is answered, and of how much.
    """
    done, total = sum(row[1] for row in rows), sum(row[2] for row in rows)
    title = f"{done} of {total}"
    canvas = Canvas()
    canvas.text(MARGIN, MARGIN + 12, title, 15, bold=True)
    left = MARGIN + max(text_width(name, SIZE) for name, _, _ in rows) + 14
    room = WIDTH - MARGIN - COUNT_WIDTH - left
    for at, (name, answered, all_of) in enumerate(rows):
        y = MARGIN + HEAD + at * ROW
        canvas.text(MARGIN, y + 10, name, SIZE)
        canvas.rect(Box(left, y, room, BAR), theme.GRID, stroke=theme.LINE, radius=3)
        if answered:
            canvas.rect(Box(left, y, room * answered / all_of, BAR), theme.GREEN, radius=3)
        canvas.text(WIDTH - MARGIN, y + 10, f"{answered} of {all_of}", SIZE, theme.MUTED, anchor="end")
    words = "; ".join(f"{name}: {answered} of {all_of}" for name, answered, all_of in rows)
    return canvas.picture(WIDTH, MARGIN + HEAD + len(rows) * ROW + MARGIN / 2, title, words + ".")
