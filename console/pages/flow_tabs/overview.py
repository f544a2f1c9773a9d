"""What a flow is, and how it went lately."""

from __future__ import annotations

from nicegui import ui

from console import addresses
from console.calls import executions as calls
from console.components import marks
from console.components.execution_rows import execution_row
from console.components.table import Column, Table
from console.tabs import Tab
from console.view import View
from workbook.kestra.models import Flow

LAST = 10
REFRESH_SECONDS = 2.0
COLUMNS = (
    Column("id", "Execution", "link"),
    Column("state", "State", "state"),
    Column("started", "Started", "time"),
    Column("duration", "Duration", narrow=True),
)


async def show(view: View, flow: Flow) -> None:
    """Build the tab."""
    with ui.element("div").classes("columns"):
        with ui.element("section").classes("card"):
            if description := flow.raw.get("description"):
                ui.label(description).classes("pre")
            marks.facts(
                {
                    "Namespace": flow.namespace,
                    "Revision": str(flow.revision),
                    "Inputs": ", ".join(f"{entry['id']} ({entry.get('type', '')})" for entry in flow.inputs),
                    "Tasks": ", ".join(task["id"] for task in flow.raw.get("tasks") or []),
                    "Triggers": ", ".join(flow.trigger_ids),
                    "Labels": ", ".join(f"{pair['key']}: {pair['value']}" for pair in flow.raw.get("labels") or []),
                }
            )
        with ui.element("section"):
            table = Table(COLUMNS, "Last executions")
            table.element.props('no-data-label="No execution yet: Execute starts one."')
            ui.link("All executions", addresses.executions_of(flow.namespace, flow.id))

    async def refresh() -> None:
        """Read the last executions."""
        found = await view.ask(
            calls.search,
            view.kestra,
            calls.ExecutionFilters(namespace=flow.namespace, flow=flow.id, of_flow=True),
            1,
            LAST,
        )
        table.show([execution_row(view.kestra.http.server, raw) for raw in found.rows])

    await refresh()
    view.every(REFRESH_SECONDS, refresh)


TAB = Tab("overview", "Overview", 10, show)
