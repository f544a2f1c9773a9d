"""The logs of all executions: filters that stay in the address, pages from the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from console import addresses
from console.calls import logs as calls
from console.calls.logs import LogFilters
from console.components import marks
from console.components.log_lines import LEVELS, log_box
from console.components.search import Search
from console.frame import frame, page
from console.tabs import Tab
from console.view import View
from workbook.kestra.models import Flow, parse_time


@page(addresses.LOGS)
async def logs() -> None:
    """The page: `q`, `namespace`, `flow`, `level`, `period`, `page` and `size` stay in its address."""
    async with frame("Logs", "Logs") as view:
        await LogSearch(view, LogFilters()).build()


class LogSearch:
    """The lines with their filters.

    Parameters:
        view: of the page.
        default: the filters of an address without a query.
        path: of the page, for its address.
    """

    def __init__(self, view: View, default: LogFilters, path: str = addresses.LOGS) -> None:
        self._of_flow = default.of_flow
        self._search = Search(view, path, default, calls.search, self._show)
        self._shown: Sequence[dict[str, Any]] | None = None

    async def build(self) -> None:
        """Build the lines."""
        with ui.element("div").classes("toolbar"):
            self._search.words("Search logs")
            await self._search.flow_fields()
            self._search.choice("level", "Level", list(LEVELS))
            self._search.period()
        self._box = log_box().classes("log-search")
        await self._search.start()

    def _show(self, rows: list[dict[str, Any]]) -> None:
        """Show the lines; those on the screen stay as they are if nothing is new."""
        if rows == self._shown:
            return
        self._shown = rows
        self._box.clear()
        with self._box:
            for raw in rows:
                _line(raw, with_flow=not self._of_flow)
            if not rows:
                marks.empty("No line fits.")


def _line(raw: dict[str, Any], with_flow: bool) -> None:
    """One line: when, how grave, of which execution, and what it says."""
    with ui.element("div").classes("log-line"):
        marks.moment(parse_time(raw.get("timestamp")))
        ui.label(raw["level"]).classes("log-level").props(f'data-level="{raw["level"]}"')
        task = raw.get("taskId") or raw.get("triggerId") or ""
        words = f"{raw['flowId']} {task}" if with_flow else task
        with ui.element("span").classes("task"):
            if execution := raw.get("executionId"):
                ui.link(words, addresses.execution(raw["namespace"], raw["flowId"], execution, "logs"))
            else:
                ui.label(words)
        ui.label(raw.get("message") or "").classes("text")


async def show_of_flow(view: View, flow: Flow) -> None:
    """The logs of one flow, as a tab of its page."""
    of_flow = LogFilters(namespace=flow.namespace, flow=flow.id, of_flow=True)
    await LogSearch(view, of_flow, addresses.flow(flow.namespace, flow.id, "logs")).build()


FLOW_TAB = Tab("logs", "Logs", 70, show_of_flow)
