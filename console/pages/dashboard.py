"""The dashboard: executions a day, what runs, what failed lately, and which dates come next."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from nicegui import ui

from console import addresses
from console.calls import executions as calls
from console.calls import measures
from console.calls import triggers as trigger_calls
from console.calls.filters import FlowFilters
from console.components.day_chart import DayChart
from console.components.execution_rows import execution_row
from console.components.table import Column, Table
from console.components.trigger_words import in_zone
from console.frame import frame, page
from console.view import View
from workbook.kestra.models import Trigger
from workbook.theme import STATES, state_style

DAYS = {"8": "last 8 days", "30": "last 30 days"}
ROWS = 8
MOST_TRIGGERS = 50
REFRESH_SECONDS = 2.0
CHART_SECONDS = 10.0
GOING = "RUNNING,CREATED,QUEUED,PAUSED,RETRYING,RESTARTED,KILLING"
FAILED = "FAILED,WARNING"
_EXECUTIONS = (
    Column("flow", "Flow", "link"),
    Column("state", "State", "state"),
    Column("started", "Started", "time"),
    Column("duration", "Duration", narrow=True),
    Column("id", "Execution", "link", narrow=True),
)
_NEXT = (
    Column("trigger", "Trigger", "link"),
    Column("flow", "Flow", "link"),
    Column("next", "Next date"),
)


@page("/ui/main/dashboards")
async def dashboard(days: str = "8") -> None:
    """The page.

    Parameters:
        days: how many days the chart shows.
    """
    async with frame("Dashboard", "Dashboard") as view:
        await Dashboard(view, days if days in DAYS else "8").build()


class Dashboard:
    """The parts of the page.

    Parameters:
        view: of the page.
        days: how many days the chart shows.
    """

    def __init__(self, view: View, days: str) -> None:
        self._view, self._days = view, days

    async def build(self) -> None:
        """Build the page."""
        with ui.element("section").classes("card"):
            with ui.element("div").classes("page-head"):
                _title("Executions a day")
                ui.space()
                for days, words in DAYS.items():
                    link = ui.link(words, f"{addresses.DASHBOARD}?days={days}").classes("label-chip")
                    if days == self._days:
                        link.props('aria-current="page"')
            self._chart = DayChart("Executions a day, by state")
            self._total = ui.label().classes("muted small")
        with ui.element("div").classes("columns dashboard"):
            self._going = _list("Running now", _EXECUTIONS, "Nothing runs.", _address_of(GOING))
            self._failed = _list(
                "Failed lately", _EXECUTIONS, "Nothing failed in the last 8 days.", _address_of(FAILED)
            )
            self._next = _list("Next dates", _NEXT, "No schedule is enabled.", addresses.TRIGGERS)
        await asyncio.gather(self._refresh_chart(), self._refresh_lists())
        self._view.every(CHART_SECONDS, self._refresh_chart)
        self._view.every(REFRESH_SECONDS, self._refresh_lists)

    async def _refresh_chart(self) -> None:
        days = measures.days_until_now(int(self._days))
        found = await self._view.ask(measures.executions_by_day, self._view.kestra, days)
        order = [*STATES, *sorted(set(found) - set(STATES))]
        series = {state: (state_style(state).fill, found[state]) for state in order if state in found}
        self._chart.show(days, series)
        total = int(sum(sum(values) for values in found.values()))
        self._total.text = f"{total:,} executions. Days in UTC."

    async def _refresh_lists(self) -> None:
        going, failed, dates = await asyncio.gather(
            self._executions(GOING), self._executions(FAILED), self._next_dates()
        )
        self._going.show(going)
        self._failed.show(failed)
        self._next.show(dates)

    async def _executions(self, state: str) -> list[dict[str, Any]]:
        kestra = self._view.kestra
        found = await self._view.ask(calls.search, kestra, calls.ExecutionFilters(state=state), 1, ROWS)
        return [
            {**row, "id": row["id"], "flow_href": row["id_href"]}
            for row in (execution_row(kestra.http.server, raw) for raw in found.rows)
        ]

    async def _next_dates(self) -> list[dict[str, Any]]:
        everything = FlowFilters()
        sort = "nextExecutionDate:asc"
        arguments = (self._view.kestra, everything, 1, MOST_TRIGGERS, sort)
        found = await self._view.ask(trigger_calls.search, *arguments)
        return next_rows(found.rows)[:ROWS]


def next_rows(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Enabled triggers that have a next date, the nearest first, as rows of a table.

    Parameters:
        rows: as the search sends them.
    """
    found = []
    for raw in rows:
        declared, row = raw.get("abstractTrigger") or {}, Trigger.from_json(raw["triggerContext"])
        if row.next is None or row.disabled or declared.get("disabled"):
            continue
        shown = {
            "id": f"{row.namespace}/{row.flow_id}/{row.id}",
            "trigger": row.id,
            "trigger_href": addresses.flow(row.namespace, row.flow_id, "triggers"),
            "flow": row.flow_id,
            "flow_href": addresses.flow(row.namespace, row.flow_id, "overview"),
            "next": in_zone(declared, row.next),
        }
        found.append((row.next, shown))
    return [shown for _, shown in sorted(found, key=lambda pair: pair[0])]


def _address_of(state: str) -> str:
    return f"{addresses.EXECUTIONS}?state={state.replace(',', '%2C')}"


def _list(title: str, columns: Sequence[Column], nothing: str, more: str) -> Table:
    with ui.element("section"):
        with ui.element("div").classes("page-head"):
            _title(title)
            ui.space()
            ui.link("All", more).props["aria-label"] = f"{title}: all"
        table = Table(columns, title)
        table.element.props["no-data-label"] = nothing
    return table


def _title(words: str) -> None:
    with ui.element("h2").classes("card-title").style("margin:0"):
        ui.label(words)
