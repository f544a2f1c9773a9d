"""Bars of counts, one group a label, one bar a series."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

import pandas as pd

from workbook import theme
from workbook.errors import WorkbookError
from workbook.pictures.axis import is_month, tick_label, ticks
from workbook.pictures.svg import Box, Canvas, Picture, text_width

MAX_WIDTH, MIN_WIDTH = 860.0, 360.0
MARGIN = 18.0
PLOT_HEIGHT = 230.0
SIZE, SMALL = 11.0, 10.0
NAME_ROW = 16.0
GROUP_MAX, GROUP_MIN = 140.0, 16.0


def bars(
    labels: Iterable[Any],
    values: Iterable[float],
    series: Iterable[Any] | None = None,
    title: str = "",
    unit: str = "",
) -> Picture:
    """Draw counts as bars.

    Parameters:
        labels: what each value belongs to, such as a month; they keep their order. Dates that are all the first of a
            month read as months. A column of a table names the axis.
        values: the counts; not negative.
        series: which bar of the group each value is, such as the taxi; one series if None.
        title: the heading; empty for none.
        unit: what is counted, for the axis; the name of the values' column if empty.

    Raises:
        WorkbookError: there are no values, a negative one, or not as many as labels.
    """
    across, up = _column_name(labels), unit or _column_name(values)
    names = _labels(list(labels))
    numbers = [float(value) for value in values]
    kinds = [str(kind) for kind in series] if series is not None else [""] * len(names)
    if not names or not len(names) == len(numbers) == len(kinds):
        raise WorkbookError(f"Bars need as many values as labels; here are {len(names)} and {len(numbers)}.")
    if any(not number >= 0 for number in numbers):
        raise WorkbookError("Bars cannot show a negative or a missing number.")
    table: dict[str, dict[str, float]] = {name: {} for name in names}
    for name, number, kind in zip(names, numbers, kinds, strict=True):
        table[name][kind] = table[name].get(kind, 0.0) + number
    return _Bars(table, list(dict.fromkeys(kinds)), title, across, up).picture()


def monthly_bars(
    frame: pd.DataFrame, month: str = "month", count: str = "count", series: str | None = None, title: str = ""
) -> Picture:
    """Draw counts by month out of a table.

    Parameters:
        frame: the table.
        month, count, series: the names of its columns; one series if `series` is None.
        title: the heading; empty for none.
    """
    ordered = frame.sort_values(month, kind="stable")
    kinds = ordered[series] if series else None
    return bars(ordered[month].map(_month), ordered[count], kinds, title)


def _month(value: Any) -> str:
    return f"{value:%Y-%m}" if hasattr(value, "strftime") else str(value)


def _labels(values: list[Any]) -> list[str]:
    """Labels as texts."""
    if values and all(isinstance(value, date) for value in values):
        moments = [value if isinstance(value, datetime) else datetime(*value.timetuple()[:3]) for value in values]
        if all(is_month(moment) for moment in moments):
            return [_month(value) for value in values]
        if not any(moment.time() != time.min for moment in moments):
            return [f"{value:%Y-%m-%d}" for value in values]
    return [str(value) for value in values]


def _column_name(values: object) -> str:
    """The name of a table's column, as the name of an axis."""
    name = getattr(values, "name", None)
    return name.replace("_", " ") if isinstance(name, str) else ""


class _Bars:
    def __init__(
        self, table: dict[str, dict[str, float]], kinds: list[str], title: str, across: str, unit: str
    ) -> None:
        self._table, self._kinds, self._title, self._across, self._unit = table, kinds, title, across, unit
        self._ticks = ticks(max(value for row in table.values() for value in row.values()), 5)
        self._left = MARGIN + max(text_width(tick_label(tick), SMALL) for tick in self._ticks) + 10
        room = MAX_WIDTH - MARGIN - self._left
        wanted = max([GROUP_MIN * len(kinds), *(text_width(name, SIZE) + 14 for name in table)])
        self._group = min(GROUP_MAX, max(wanted, 44), room / len(table))
        self._top = MARGIN + (26 if title else 0) + (22 if len(kinds) > 1 else 0) + (NAME_ROW if unit else 0) + 10
        self._bottom = self._top + PLOT_HEIGHT
        self._canvas = Canvas()

    def picture(self) -> Picture:
        """The finished chart."""
        canvas = self._canvas
        right = self._left + self._group * len(self._table)
        width = max(MIN_WIDTH, right + MARGIN, text_width(self._title, 15, bold=True) + 2 * MARGIN)
        width = min(width, MAX_WIDTH)
        canvas.text(MARGIN, MARGIN + 12, self._title, 15, bold=True, room=width - 2 * MARGIN)
        self._legend()
        canvas.text(MARGIN, self._top - 8, self._unit, SMALL, theme.MUTED, bold=True, room=width - 2 * MARGIN)
        middle, under = (self._left + right) / 2, self._bottom + 18 + NAME_ROW
        canvas.text(
            middle, under, self._across, SMALL, theme.MUTED, bold=True, anchor="middle", room=right - self._left
        )
        for tick in self._ticks:
            y = self._at(tick)
            canvas.line([(self._left, y), (right, y)], theme.GRID if tick else theme.LINE)
            canvas.text(self._left - 8, y + 3.5, tick_label(tick), SMALL, theme.MUTED, anchor="end")
        for at, (name, row) in enumerate(self._table.items()):
            self._draw_group(self._left + at * self._group, name, row)
        height = self._bottom + 24 + MARGIN + (NAME_ROW if self._across else 0)
        return canvas.picture(width, height, self._title or "Bars", self._words())

    def _legend(self) -> None:
        if len(self._kinds) < 2:
            return
        x, y = self._left, self._top - 24 - (NAME_ROW if self._unit else 0)
        for at, kind in enumerate(self._kinds):
            self._canvas.rect(Box(x, y, 12, 12), theme.series_colour(kind, at), radius=2)
            x += 18 + self._canvas.text(x + 18, y + 10, kind, SIZE) + 18

    def _draw_group(self, x: float, name: str, row: dict[str, float]) -> None:
        inner = self._group * 0.78
        width = inner / len(self._kinds)
        for at, kind in enumerate(self._kinds):
            if (value := row.get(kind)) is None:
                continue
            left, top = x + (self._group - inner) / 2 + at * width, self._at(value)
            box = Box(left + 0.5, top, width - 1, self._bottom - top)
            self._canvas.rect(box, theme.series_colour(kind, at), radius=1.5)
            shown = tick_label(value)
            if text_width(shown, SMALL) <= width + (0 if len(self._kinds) > 1 else self._group - inner - 4):
                self._canvas.text(left + width / 2, top - 4, shown, SMALL, theme.INK, anchor="middle")
        self._canvas.text(x + self._group / 2, self._bottom + 16, name, SIZE, anchor="middle", room=self._group - 4)

    def _at(self, value: float) -> float:
        return self._bottom - (PLOT_HEIGHT - 14) * value / self._ticks[-1]

    def _words(self) -> str:
        rows = []
        for name, row in self._table.items():
            amounts = ", ".join(f"{kind} {tick_label(value)}".strip() for kind, value in row.items())
            rows.append(f"{name}: {amounts}")
        axes = f"{self._unit} by {self._across}. " if self._unit and self._across else ""
        return f"{axes or (self._unit and f'In {self._unit}. ')}{'; '.join(rows)}."
