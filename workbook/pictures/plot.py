"""What pictures of numbers along two axes share: title, legend, both scales, and where a value stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbook import theme
from workbook.errors import NotFound, WorkbookError
from workbook.pictures.axis import between, moment_labels, moments, tick_label
from workbook.pictures.svg import Canvas, Picture, text_width

WIDTH, MARGIN = 860.0, 18.0
TITLE_SIZE, SIZE, SMALL = 15.0, 11.0, 10.0
SAMPLE = 26.0
LEGEND_ROW, NAME_ROW = 20.0, 16.0
Sample = Callable[[Canvas, int, float, float], None]
"""Draws the sign of a series (by its position) in the legend, from a left end and at a middle height."""


@dataclass(frozen=True)
class Scale:
    """One axis: where its ticks are, and how they read.

    Attributes:
        low, high: the ends, in the numbers that the values are drawn by.
        name: what is drawn along the axis, with its unit; empty for no name.
    """

    low: float
    high: float
    ticks: list[float]
    labels: list[str]
    name: str = ""

    def share(self, value: float) -> float:
        """Where a value is between the ends, from 0 to 1."""
        return (value - self.low) / (self.high - self.low)


def axis_name(column: object, unit: str = "") -> str:
    """How an axis is named: as its column, with the unit in brackets."""
    name = str(column).replace("_", " ")
    return f"{name} ({unit})" if unit else name


def number_scale(values: Sequence[float] | np.ndarray, most: int = 6, name: str = "") -> Scale:
    """A scale that ends at round numbers."""
    ticks = between(min(values), max(values), most)
    return Scale(ticks[0], ticks[-1], ticks, [tick_label(tick) for tick in ticks], name)


def time_scale(values: Sequence[float] | np.ndarray, name: str = "") -> Scale:
    """A scale of seconds since 1970, in UTC, that ends where the values do."""
    low, high = min(values), max(values)
    low, high = (low, high) if high > low else (low - 1, high + 1)
    first, last = (pd.Timestamp(end, unit="s", tz="UTC").to_pydatetime() for end in (low, high))
    ticks = moments(first, last)
    return Scale(low, high, [tick.timestamp() for tick in ticks], moment_labels(ticks), name)


def numbers(column: pd.Series) -> np.ndarray:
    """A column as numbers; moments as seconds since 1970, those without a time zone taken as UTC.

    Raises:
        WorkbookError: it holds something else.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        moments_ = pd.to_datetime(column, utc=True)
        return (moments_ - pd.Timestamp(0, tz="UTC")).dt.total_seconds().to_numpy(float)
    try:
        return column.to_numpy(float)
    except (TypeError, ValueError) as error:
        raise WorkbookError(f"The column {column.name} does not hold numbers: {error}.") from error


def check(frame: pd.DataFrame, *columns: str | None) -> None:
    """Reject a table that cannot be drawn.

    Raises:
        NotFound: it has no rows, or lacks a column.
    """
    if frame.empty:
        raise NotFound("The table has no rows, so there is nothing to draw.")
    lacking = [name for name in columns if name is not None and name not in frame.columns]
    if lacking:
        there = ", ".join(map(str, frame.columns))
        raise NotFound(f"The table has no column {', '.join(lacking)}. It has {there}.")


class Plot:
    """A plot area with its surroundings. Draw into `canvas`, at the places that `at` gives."""

    def __init__(self, title: str, kinds: Sequence[str], x: Scale, y: Scale, height: float, sample: Sample) -> None:
        """
        Parameters:
            title: the heading; empty for none.
            kinds: the names in the legend, by position; none or one need no legend.
            x, y: the scales.
            height: of the plot area, in pixels.
            sample: draws the sign of a series in the legend.
        """
        self.canvas = Canvas()
        self._title, self._x, self._y = title, x, y
        self._left = MARGIN + max(text_width(label, SMALL) for label in y.labels) + 10
        self._right = WIDTH - MARGIN - 12
        top = MARGIN + (26 if title else 0)
        self.canvas.text(MARGIN, MARGIN + 12, title, TITLE_SIZE, bold=True, room=WIDTH - 2 * MARGIN)
        self._top = self._legend(kinds if len(kinds) > 1 else [], top, sample) + 8 + (NAME_ROW + 4 if y.name else 0)
        self._bottom = self._top + height
        self._axes()
        self._names()

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a pair of values stands, in pixels."""
        across = self._left + (self._right - self._left) * self._x.share(x)
        return across, self._bottom - (self._bottom - self._top) * self._y.share(y)

    def picture(self, kind: str, description: str) -> Picture:
        """The finished picture."""
        height = self._bottom + 24 + MARGIN + (NAME_ROW if self._x.name else 0)
        axes = f"{self._y.name} by {self._x.name}. " if self._x.name and self._y.name else ""
        return self.canvas.picture(WIDTH, height, self._title or kind, axes + description)

    def _legend(self, kinds: Sequence[str], top: float, sample: Sample) -> float:
        """Draw the legend, in as many rows as it needs, and return its lower end."""
        x, y = MARGIN, top + 6
        for position, kind in enumerate(kinds):
            room = WIDTH - 2 * MARGIN - SAMPLE - 6
            needed = SAMPLE + 6 + min(text_width(kind, SIZE), room)
            if x > MARGIN and x + needed > WIDTH - MARGIN:
                x, y = MARGIN, y + LEGEND_ROW
            sample(self.canvas, position, x, y)
            self.canvas.text(x + SAMPLE + 6, y + 4, kind, SIZE, room=room)
            x += needed + 18
        return y + 10 if kinds else top

    def _names(self) -> None:
        """What is drawn along each axis: the upright one's name stands above it."""
        room = self._right - self._left
        self.canvas.text(MARGIN, self._top - 12, self._y.name, SMALL, theme.MUTED, bold=True, room=room)
        middle = (self._left + self._right) / 2
        under = self._bottom + 20 + NAME_ROW
        self.canvas.text(middle, under, self._x.name, SMALL, theme.MUTED, bold=True, anchor="middle", room=room)

    def _axes(self) -> None:
        canvas = self.canvas
        for tick, label in zip(self._y.ticks, self._y.labels, strict=True):
            _, y = self.at(self._x.low, tick)
            canvas.line([(self._left, y), (self._right, y)], theme.GRID)
            canvas.text(self._left - 8, y + 3.5, label, SMALL, theme.MUTED, anchor="end")
        taken = 0.0
        for tick, label in zip(self._x.ticks, self._x.labels, strict=True):
            x, _ = self.at(tick, self._y.low)
            canvas.line([(x, self._top), (x, self._bottom)], theme.GRID)
            half = text_width(label, SMALL) / 2
            if x - half > taken and x + half < WIDTH:
                canvas.text(x, self._bottom + 16, label, SMALL, theme.MUTED, anchor="middle")
                taken = x + half + 4
        canvas.line([(self._left, self._top), (self._left, self._bottom), (self._right, self._bottom)], theme.LINE)


def split(frame: pd.DataFrame, by: str | None, most: int) -> dict[str, pd.DataFrame]:
    """The rows of each series, by its name; the names sorted, so that colours stay.

    Parameters:
        frame: the table.
        by: the column that says which series a row is of; one series if None.
        most: how many series a picture can tell apart.

    Raises:
        WorkbookError: there are more series than can be told apart.
    """
    if by is None:
        return {"": frame}
    parts: dict[Any, pd.DataFrame] = dict(list(frame.groupby(by, sort=True, observed=True, dropna=False)))
    if len(parts) > most:
        raise WorkbookError(f"The column {by} has {len(parts)} values; a picture can tell {most} apart. Choose some.")
    return {str(name): part for name, part in parts.items()}
