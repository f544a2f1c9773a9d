"""The logs of all executions: filters that stay in the address, pages from the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from nicegui import events, ui

from console import addresses
from console.calls import flows as flow_calls
from console.calls import logs as calls
from console.calls.executions import DEFAULT_PERIOD, PERIODS
from console.calls.logs import LogFilters
from console.components import marks
from console.components.address import Address
from console.components.log_lines import LEVELS, log_box
from console.components.table import SIZES, Pager
from console.frame import frame, page
from console.tabs import Tab
from console.view import View
from workbook.kestra.models import Flow, parse_time

DEFAULT_LEVEL = "INFO"
REFRESH_SECONDS = 2.0


@page("/ui/main/logs")
async def logs(
    q: str = "",
    namespace: str = "",
    flow: str = "",
    level: str = DEFAULT_LEVEL,
    period: str = DEFAULT_PERIOD,
    page: int = 1,
    size: int = SIZES[0],
) -> None:
    """The page.

    Parameters:
        q: a part of the message.
        namespace, flow: of the flow.
        level: the lowest level.
        period: how far back.
        page, size: which lines.
    """
    async with frame("Logs", "Logs") as view:
        lowest = level if level in LEVELS else DEFAULT_LEVEL
        filters = LogFilters(q, namespace, flow, lowest, period if period in PERIODS else DEFAULT_PERIOD)
        await LogSearch(view, filters, max(page, 1), size if size in SIZES else SIZES[0]).build()


class LogSearch:
    """The lines with their filters.

    Parameters:
        view: of the page.
        filters: which lines.
        page, size: which of them.
        path: of the page, for its address.
        of_flow: whether all are of one flow, so that there is no filter for it.
    """

    def __init__(
        self,
        view: View,
        filters: LogFilters,
        page: int = 1,
        size: int = SIZES[0],
        path: str = addresses.LOGS,
        of_flow: bool = False,
    ) -> None:
        self._view, self._filters, self._of_flow = view, filters, of_flow
        self._page, self._size = page, size
        self._address = Address(path, {})
        self._shown: Sequence[dict[str, Any]] | None = None

    async def build(self) -> None:
        """Build the lines."""
        namespaces = [] if self._of_flow else await self._view.ask(flow_calls.namespaces, self._view.kestra)
        self._toolbar(namespaces)
        self._box = log_box().classes("log-search")
        self._pager = Pager(self._turn)
        await self.refresh()
        self._view.every(REFRESH_SECONDS, self.refresh)

    def _toolbar(self, namespaces: list[str]) -> None:
        filters = self._filters
        with ui.element("div").classes("toolbar"):
            search = ui.input(placeholder="Search logs", value=filters.text, on_change=self._filter("text"))
            search.props('outlined dense clearable debounce=250 type=search aria-label="Search logs"').classes("grow")
            if not self._of_flow:
                known = sorted({*namespaces, filters.namespace} - {""})
                namespace = ui.select(known, value=filters.namespace or None, label="Namespace", clearable=True)
                namespace.props("outlined dense options-dense").on_value_change(self._filter("namespace"))
                flow = ui.input("Flow", value=filters.flow, on_change=self._filter("flow"))
                flow.props("outlined dense clearable debounce=250")
            level = ui.select(list(LEVELS), value=filters.level, label="Level", on_change=self._filter("level"))
            period = ui.select(PERIODS, value=filters.period, label="Period", on_change=self._filter("period"))
            for select in (level, period):
                select.props("outlined dense options-dense")

    def _filter(self, name: str) -> Callable[[events.ValueChangeEventArguments[Any]], Any]:
        """What to do when one of the filters is changed."""

        async def change(event: events.ValueChangeEventArguments[Any]) -> None:
            """Take the new value."""
            self._filters = LogFilters(**{**asdict(self._filters), name: event.value or ""})
            await self._turn(1, self._size)

        return change

    async def _turn(self, page: int, size: int) -> None:
        self._page, self._size = page, size
        filters = self._filters
        self._address.change(
            q=filters.text,
            namespace="" if self._of_flow else filters.namespace,
            flow="" if self._of_flow else filters.flow,
            level="" if filters.level == DEFAULT_LEVEL else filters.level,
            period="" if filters.period == DEFAULT_PERIOD else filters.period,
            page="" if page == 1 else str(page),
            size="" if size == SIZES[0] else str(size),
        )
        await self.refresh()

    async def refresh(self) -> None:
        """Read the lines from the server; those on the screen stay as they are if nothing is new."""
        filters = self._filters
        found = await self._view.ask(calls.search, self._view.kestra, filters, self._page, self._size)
        if filters != self._filters:
            return  # a later search is under way
        self._pager.show(self._page, self._size, found.total)
        if found.rows == self._shown:
            return
        self._shown = found.rows
        self._box.clear()
        with self._box:
            for raw in found.rows:
                _line(raw, with_flow=not self._of_flow)
            if not found.rows:
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
    filters = LogFilters(namespace=flow.namespace, flow=flow.id)
    await LogSearch(view, filters, path=addresses.flow(flow.namespace, flow.id, "logs"), of_flow=True).build()


FLOW_TAB = Tab("logs", "Logs", 70, show_of_flow)
