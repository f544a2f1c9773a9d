"""Lines: how a number goes along time, or along another number."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook import theme
from workbook.errors import WorkbookError
from workbook.pictures.axis import tick_label
from workbook.pictures.plot import SAMPLE, Plot, axis_name, check, number_scale, numbers, split, time_scale
from workbook.pictures.svg import Canvas, Picture

HEIGHT = 260.0
MOST_POINTS = 5000


def lines(
    frame: pd.DataFrame,
    x: str,
    y: str,
    by: str | None = None,
    title: str = "",
    x_unit: str = "",
    y_unit: str = "",
) -> Picture:
    """Draw a line a series, such as a mean by the hour for each zone. A missing number is a gap.

    Parameters:
        frame: the table.
        x, y: the names of its columns; `x` has moments (drawn in UTC) or numbers.
        by: the column that says which series a row is of; one series if None.
        title: the heading; empty for none.
        x_unit, y_unit: stand behind the columns' names on the axes.

    Raises:
        NotFound: the table has no rows or no such column.
        WorkbookError: a column has no numbers, or the table has too many rows or series to be seen.
    """
    check(frame, x, y, by)
    if len(frame) > MOST_POINTS:
        raise WorkbookError(f"{len(frame):,} points cannot be told apart; put them into buckets of time first.")
    parts = split(frame, by, len(theme.DASHES))
    series = {name: _points(part, x, y) for name, part in parts.items()}
    if not any(np.isfinite(points[:, 1]).any() for points in series.values()):
        raise WorkbookError(f"The column {y} has no number to draw.")
    every = np.concatenate(list(series.values()))
    if pd.api.types.is_datetime64_any_dtype(frame[x]):
        across = time_scale(every[:, 0], axis_name(x, x_unit or "UTC"))
    else:
        across = number_scale(every[:, 0], 8, axis_name(x, x_unit))
    known = every[np.isfinite(every[:, 1]), 1]
    return _draw(
        series, Plot(title, list(series), across, number_scale(known, 5, axis_name(y, y_unit)), HEIGHT, _sample)
    )


def _points(part: pd.DataFrame, x: str, y: str) -> np.ndarray:
    """The points of a series, from left to right."""
    points = np.column_stack([numbers(part[x]), numbers(part[y])])
    points = points[np.isfinite(points[:, 0])]
    ordered: np.ndarray = points[np.argsort(points[:, 0], kind="stable")]
    return ordered


def _draw(series: dict[str, np.ndarray], plot: Plot) -> Picture:
    for position, points in enumerate(series.values()):
        for piece in _pieces(points):
            places = [plot.at(*point) for point in piece]
            if len(places) == 1:
                plot.canvas.marks(places, "circle", 2, _colour(position))
            else:
                plot.canvas.line(places, _colour(position), 2, dashes=theme.DASHES[position])
    return plot.picture("Lines", _words(series))


def _pieces(points: np.ndarray) -> list[np.ndarray]:
    """The points between gaps."""
    pieces = np.split(points, np.flatnonzero(~np.isfinite(points[:, 1])))
    return [known for piece in pieces if len(known := piece[np.isfinite(piece[:, 1])])]


def _sample(canvas: Canvas, position: int, x: float, y: float) -> None:
    canvas.line([(x, y), (x + SAMPLE, y)], _colour(position), 2, dashes=theme.DASHES[position])


def _colour(position: int) -> str:
    return theme.SERIES[position]


def _words(series: dict[str, np.ndarray]) -> str:
    sentences = []
    for name, points in series.items():
        values = points[np.isfinite(points[:, 1]), 1]
        if len(values):
            bounds = f"from {_short(values.min())} to {_short(values.max())}, last {_short(values[-1])}"
            sentences.append(f"{name + ': ' if name else ''}{len(values)} points {bounds}")
    return "; ".join(sentences) + "."


def _short(value: float) -> str:
    return tick_label(round(float(value), 3))
