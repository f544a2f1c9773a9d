"""Numbers of days as stacked bars, with the same in a table for those who do not see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from workbook import theme


class DayChart:
    """The chart.

    Parameters:
        title: for those who do not see it.
    """

    def __init__(self, title: str) -> None:
        self._shown: object = None
        self._chart = ui.echart({}, renderer="svg").classes("picture day-chart")
        self._chart.props["aria-label"] = title
        with ui.expansion("As a table").props("dense").classes("expansion"):
            self._table = ui.element("div").classes("scroll")
        self._title = title

    def show(self, days: Sequence[str], series: Mapping[str, tuple[str, Sequence[float]]]) -> None:
        """Show other numbers.

        Parameters:
            days: from left to right.
            series: by their names: the colour, and a number for each day.
        """
        if self._shown == (days, series):
            return
        self._shown = (days, series)
        self._chart.options.clear()
        self._chart.options.update(_options(days, series))
        self._chart.update()
        self._table.clear()
        with self._table:
            _table(self._title, days, series)


def _options(days: Sequence[str], series: Mapping[str, tuple[str, Sequence[float]]]) -> dict[str, Any]:
    line = {"lineStyle": {"color": theme.LINE}}
    words = {"color": theme.MUTED}
    return {
        "animation": False,
        # A pattern for each series: the colour is not the only sign.
        "aria": {"enabled": True, "decal": {"show": len(series) > 1}},
        "color": [colour for colour, _ in series.values()],
        "legend": {"top": 0, "left": 0, "textStyle": words, "show": len(series) > 1},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "grid": {"left": 8, "right": 8, "top": 36 if len(series) > 1 else 12, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": list(days), "axisLabel": words, "axisLine": line, "axisTick": line},
        "yAxis": {
            "type": "value",
            "axisLabel": words,
            "splitLine": {"lineStyle": {"color": theme.GRID}},
        },
        "series": [
            {"type": "bar", "stack": "all", "name": name, "data": list(values), "barMaxWidth": 46}
            for name, (_, values) in series.items()
        ],
    }


def _table(title: str, days: Sequence[str], series: Mapping[str, tuple[str, Sequence[float]]]) -> None:
    with ui.element("table").classes("plain-table").props("role=table") as table:
        table.props["aria-label"] = title
        with ui.element("tr"):
            for word in ("Day", *series):
                with ui.element("th"):
                    ui.label(word)
        for position, day in enumerate(days):
            with ui.element("tr"):
                for word in (day, *(f"{values[position]:,g}" for _, values in series.values())):
                    with ui.element("td"):
                        ui.label(word)
