"""Points in a plane: what is alike stands together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbook import theme
from workbook.errors import NotFound, WorkbookError
from workbook.pictures.plot import SAMPLE, Plot, axis_name, check, number_scale, numbers, split
from workbook.pictures.svg import Canvas, Picture

HEIGHT = 430.0
MOST_POINTS = 3000
SIZE, ASKED_SIZE = 3.0, 7.0
SHAPES = tuple(theme.SHAPES)


def scatter(
    frame: pd.DataFrame,
    x: str,
    y: str,
    by: str | None = None,
    highlight: Sequence[Any] = (),
    title: str = "",
    x_unit: str = "",
    y_unit: str = "",
) -> Picture:
    """Draw a point a row.

    Parameters:
        frame: the table.
        x, y: the names of the columns with its coordinates.
        by: the column that gives its colour and shape; one series if None.
        highlight: labels of the table's index: the point that was asked for, then its neighbours. A line goes from
            the first to each of the others.
        title: the heading; empty for none.
        x_unit, y_unit: stand behind the columns' names on the axes.

    Raises:
        NotFound: the table has no rows, no such column, or no such point.
        WorkbookError: a column has no numbers, or the table has too many rows or series to be seen.
    """
    check(frame, x, y, by)
    if len(frame) > MOST_POINTS:
        raise WorkbookError(f"{len(frame):,} points cannot be told apart; draw {MOST_POINTS:,} of them at most.")
    places = np.column_stack([numbers(frame[x]), numbers(frame[y])])
    if not np.isfinite(places).all():
        raise WorkbookError(f"A row has no place: {x} or {y} is missing.")
    parts = split(frame.assign(_row=range(len(frame))), by, len(SHAPES))
    rows = {name: part["_row"].to_numpy() for name, part in parts.items()}
    across = number_scale(places[:, 0], 8, axis_name(x, x_unit))
    down = number_scale(places[:, 1], 6, axis_name(y, y_unit))
    plot = Plot(title, list(rows), across, down, HEIGHT, _sample)
    for position, members in enumerate(rows.values()):
        spots = [plot.at(*places[row]) for row in members]
        colour = theme.SERIES[position]
        plot.canvas.marks(spots, SHAPES[position], SIZE, colour, colour, opacity=0.4)
    marked = [_row_of(frame, label) for label in highlight]
    _mark(plot, places, rows, marked)
    return plot.picture("Points", _words(rows, marked))


def project_2d(vectors: Sequence[Sequence[float]] | pd.Series) -> pd.DataFrame:
    """The plane in which vectors differ most (principal components): columns `x` and `y`, a row a vector.

    Parameters:
        vectors: all of one length; a column of a table keeps its index.

    Raises:
        WorkbookError: there are none, or their lengths differ.
    """
    index = vectors.index if isinstance(vectors, pd.Series) else None
    try:
        matrix = np.array([list(vector) for vector in vectors], dtype=float)
    except (TypeError, ValueError) as error:
        raise WorkbookError(f"Vectors need to be numbers, and all of one length: {error}.") from error
    if matrix.ndim != 2 or not matrix.size:
        raise WorkbookError("There are no vectors to lay into a plane.")
    centred = matrix - matrix.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    # A direction and its opposite are equally good: take the one whose largest part is positive.
    largest = np.abs(directions).argmax(axis=1)
    directions *= np.sign(directions[np.arange(len(directions)), largest])[:, None]
    flat = np.zeros((len(matrix), 2))
    projected = centred @ directions[:2].T
    flat[:, : projected.shape[1]] = projected
    return pd.DataFrame(flat, columns=["x", "y"], index=index)


def _row_of(frame: pd.DataFrame, label: Any) -> int:
    rows = np.flatnonzero(frame.index == label)
    if not len(rows):
        raise NotFound(f"The table's index has no {label!r}, so it cannot be marked.")
    return int(rows[0])


def _mark(plot: Plot, places: np.ndarray, rows: dict[str, np.ndarray], marked: list[int]) -> None:
    """Draw the asked point and its neighbours over all others, and lines between them."""
    if not marked:
        return
    asked, *neighbours = (plot.at(*places[row]) for row in marked)
    for neighbour in neighbours:
        plot.canvas.line([asked, neighbour], theme.INK, 1.2)
    for row, spot in zip(marked[1:], neighbours, strict=True):
        position = _position(rows, row)
        plot.canvas.marks([spot], SHAPES[position], SIZE + 2, theme.SERIES[position], theme.INK)
    position = _position(rows, marked[0])
    plot.canvas.marks([asked], SHAPES[position], ASKED_SIZE, theme.SERIES[position], theme.INK)


def _position(rows: dict[str, np.ndarray], row: int) -> int:
    return next((position for position, members in enumerate(rows.values()) if row in members), 0)


def _sample(canvas: Canvas, position: int, x: float, y: float) -> None:
    canvas.marks([(x + SAMPLE - 8, y)], SHAPES[position], SIZE + 1.5, theme.SERIES[position])


def _words(rows: dict[str, np.ndarray], marked: list[int]) -> str:
    sentences = [f"{name + ': ' if name else ''}{len(members)} points" for name, members in rows.items()]
    if marked:
        names = list(rows)
        kinds = [names[_position(rows, row)] for row in marked]
        counts = ", ".join(f"{kinds[1:].count(kind)} {kind}".strip() for kind in dict.fromkeys(kinds[1:]))
        sentences.append(
            f"{len(marked) - 1} neighbours of one point {kinds[0]}".strip() + (f": {counts}" if counts else "")
        )
    return "; ".join(sentences) + "."
