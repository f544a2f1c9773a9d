"""The list of executions: filters that stay in the address, pages from the server, actions on several at once."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from console import addresses
from console.calls import executions as calls
from console.calls.executions import ExecutionFilters
from console.components.dialogs import confirm, page_dialog
from console.components.execution_rows import execution_row
from console.components.search import Search
from console.components.table import Column, Table
from console.frame import frame, page
from console.tabs import Tab
from console.view import View
from workbook.kestra.models import Flow
from workbook.theme import STATES

COLUMNS = (
    Column("id", "Id", "link"),
    Column("flow", "Flow", "link"),
    Column("state", "State", "state"),
    Column("started", "Started", "time"),
    Column("duration", "Duration", narrow=True),
    Column("trigger", "Trigger", narrow=True),
    Column("labels", "Labels", "labels", narrow=True),
)
_ACTIONS = (
    ("restart", "Restart", "restart_alt", "Each goes on at the task that failed."),
    ("replay", "Replay", "replay", "Each becomes a new execution, from the beginning."),
    ("resume", "Resume", "play_arrow", ""),
    ("pause", "Pause", "pause", "The tasks that run end first."),
    ("kill", "Kill", "stop_circle", ""),
    ("delete", "Delete", "delete", "With their logs, metrics and files."),
)
_SHORT_ID = """<q-td :props="props"><a :href="props.row.id_href" :title="props.value">
<code>{{ props.value.slice(0, 8) }}</code></a></q-td>"""


@page(addresses.EXECUTIONS)
async def executions() -> None:
    """The page: `q`, `namespace`, `flow`, `state`, `labels`, `period`, `page` and `size` stay in its address."""
    async with frame("Executions", "Executions") as view:
        await ExecutionList(view, ExecutionFilters()).build()


class ExecutionList:
    """The list with its filters.

    Parameters:
        view: of the page.
        default: the filters of an address without a query.
        path: of the page, for its address.
    """

    def __init__(self, view: View, default: ExecutionFilters, path: str = addresses.EXECUTIONS) -> None:
        self._view, self._of_flow = view, default.of_flow
        self._search = Search(view, path, default, calls.search, self._show)

    async def build(self) -> None:
        """Build the list."""
        await self._toolbar()
        self._bulk()
        columns = [column for column in COLUMNS if not (self._of_flow and column.name == "flow")]
        self._table = Table(columns, "Executions", on_choice=self._chosen)
        self._table.element.add_slot("body-cell-id", _SHORT_ID)
        self._table.element.props('no-data-label="No execution fits."')
        await self._search.start()

    async def _toolbar(self) -> None:
        with ui.element("div").classes("toolbar"):
            self._search.words("Search ids")
            await self._search.flow_fields()
            self._search.choice("state", "State", list(STATES), several=True)
            self._search.text("labels", "Labels").props('placeholder="key:value"')
            self._search.period()

    def _show(self, rows: list[dict[str, Any]]) -> None:
        server = self._view.kestra.http.server
        self._table.show([execution_row(server, raw) for raw in rows])

    def _bulk(self) -> None:
        with ui.element("div").classes("note") as self._actions:
            self._count = ui.label()
            for action, title, icon, explanation in _ACTIONS:
                ui.button(
                    title,
                    icon=icon,
                    on_click=lambda action=action, title=title, text=explanation: self._act(action, title, text),
                ).props("flat dense no-caps")
            ui.button("Add labels", icon="label", on_click=self._label).props("flat dense no-caps")
        self._actions.set_visibility(False)

    def _chosen(self) -> None:
        count = len(self._table.chosen)
        self._count.text = f"{count} chosen"
        self._actions.set_visibility(count > 0)

    def _ids(self) -> list[str]:
        return [row["id"] for row in self._table.chosen]

    async def _act(self, action: str, title: str, explanation: str) -> None:
        ids = self._ids()
        words = f"{len(ids)} execution{'' if len(ids) == 1 else 's'}"
        if not await confirm(f"{title} {words}?", explanation, title):
            return
        done = f"{title}: {words}"
        if await self._view.do(done, calls.act_on_all, self._view.kestra, action, ids):
            self._table.element.selected = []
            self._chosen()
            await self._search.refresh()

    async def _label(self) -> None:
        ids = self._ids()
        with page_dialog() as dialog, ui.card().classes("dialog"):
            ui.label(f"Add labels to {len(ids)} executions").classes("card-title")
            field = ui.input("Labels", placeholder="team:data, checked:yes").props("outlined dense autofocus")
            ui.label("Only executions that have ended can be given labels.").classes("muted small")
            with ui.row().classes("dialog-buttons"):
                ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
                ui.button("Add", on_click=lambda: dialog.submit(field.value)).props("unelevated no-caps")
        text = await dialog
        pairs = dict(pair.split(":", 1) for pair in (text or "").split(",") if ":" in pair)
        labels = {key.strip(): value.strip() for key, value in pairs.items()}
        if labels and await self._view.do("Labels added", calls.label_all, self._view.kestra, ids, labels):
            await self._search.refresh()


async def show_of_flow(view: View, flow: Flow) -> None:
    """The executions of one flow, as a tab of its page."""
    of_flow = ExecutionFilters(namespace=flow.namespace, flow=flow.id, of_flow=True)
    await ExecutionList(view, of_flow, addresses.flow(flow.namespace, flow.id, "executions")).build()


FLOW_TAB = Tab("executions", "Executions", 30, show_of_flow)
