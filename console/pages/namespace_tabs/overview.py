"""What a namespace holds."""

from __future__ import annotations

import asyncio

from nicegui import ui

from console import addresses
from console.calls import executions as executions_calls
from console.calls import flows as flow_calls
from console.calls import kv as kv_calls
from console.calls import namespaces as calls
from console.components.execution_rows import execution_row
from console.components.table import Column, Table
from console.tabs import Tab
from console.view import View

LAST = 10
REFRESH_SECONDS = 3.0
COLUMNS = (
    Column("id", "Execution", "link"),
    Column("flow", "Flow", "link"),
    Column("state", "State", "state"),
    Column("started", "Started", "time", narrow=True),
)


async def show(view: View, namespace: str) -> None:
    """Build the tab."""
    kestra = view.kestra
    flows, pairs, files, secrets = await asyncio.gather(
        view.ask(flow_calls.search, kestra, "", namespace, 1, 1),
        view.ask(kv_calls.search, kestra, namespace, "", 1, 1),
        view.ask(calls.folder, kestra, namespace, "/"),
        view.ask(calls.secrets, kestra, namespace, "", 1, 1),
    )
    with ui.element("div").classes("columns"):
        with ui.element("section").classes("card"), ui.element("dl").classes("facts"):
            _fact("Flows", f"{flows.total}", addresses.namespace(namespace, "flows"))
            _fact("KV Store", _count(pairs.total, "pair"), addresses.namespace(namespace, "kv"))
            _fact(
                "Files", f"{_count(len(files), 'entry', 'entries')} at the top", addresses.namespace(namespace, "files")
            )
            _fact("Secrets", _count(secrets.total, "name"), addresses.namespace(namespace, "secrets"))
        with ui.element("section"):
            table = Table(COLUMNS, "Last executions")
            table.element.props('no-data-label="No execution of this namespace yet."')
            ui.link("All executions", addresses.executions_of(namespace))

    async def refresh() -> None:
        """Read the last executions."""
        filters = executions_calls.ExecutionFilters(namespace=namespace)
        found = await view.ask(executions_calls.search, kestra, filters, 1, LAST)
        table.show([execution_row(kestra.http.server, raw) for raw in found.rows])

    await refresh()
    view.every(REFRESH_SECONDS, refresh)


def _fact(word: str, value: str, address: str) -> None:
    with ui.element("dt"):
        ui.link(word, address)
    with ui.element("dd"):
        ui.label(value)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


TAB = Tab("overview", "Overview", 10, show)
