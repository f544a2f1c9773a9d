"""The list of executions: filters that stay in the address, pages from the server, actions on several at once."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from nicegui import events, ui

from console import addresses
from console.calls import executions as calls
from console.calls import flows as flow_calls
from console.calls.executions import DEFAULT_PERIOD, PERIODS, Filters
from console.components.address import Address
from console.components.dialogs import confirm
from console.components.execution_rows import execution_row
from console.components.table import SIZES, Column, Pager, Table
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
REFRESH_SECONDS = 2.0
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


@page("/ui/main/executions")
async def executions(
    q: str = "",
    namespace: str = "",
    flow: str = "",
    state: str = "",
    labels: str = "",
    period: str = DEFAULT_PERIOD,
    page: int = 1,
    size: int = SIZES[0],
) -> None:
    """The page.

    Parameters:
        q: a part of an id.
        namespace, flow: of the flow.
        state: states with commas.
        labels: `key:value` with commas.
        period: how far back.
        page, size: which rows.
    """
    async with frame("Executions", "Executions") as view:
        filters = Filters(q, namespace, flow, state, labels, period if period in PERIODS else DEFAULT_PERIOD)
        await ExecutionList(view, filters, max(page, 1), size if size in SIZES else SIZES[0]).build()


class ExecutionList:
    """The list with its filters.

    Parameters:
        view: of the page.
        filters: which executions.
        page, size: which rows.
        path: of the page, for its address.
        of_flow: whether all are of one flow, so that there is no filter for it.
    """

    def __init__(
        self,
        view: View,
        filters: Filters,
        page: int = 1,
        size: int = SIZES[0],
        path: str = addresses.EXECUTIONS,
        of_flow: bool = False,
    ) -> None:
        self._view, self._filters, self._of_flow = view, filters, of_flow
        self._page, self._size = page, size
        self._address = Address(path, {})

    async def build(self) -> None:
        """Build the list."""
        namespaces = [] if self._of_flow else await self._view.ask(flow_calls.namespaces, self._view.kestra)
        self._toolbar(namespaces)
        self._bulk()
        columns = [column for column in COLUMNS if not (self._of_flow and column.name == "flow")]
        self._table = Table(columns, "Executions", on_choice=self._chosen)
        self._table.element.add_slot("body-cell-id", _SHORT_ID)
        self._table.element.props('no-data-label="No execution fits."')
        self._pager = Pager(self._turn)
        await self.refresh()
        self._view.every(REFRESH_SECONDS, self.refresh)

    def _toolbar(self, namespaces: list[str]) -> None:
        filters = self._filters
        with ui.element("div").classes("toolbar"):
            search = ui.input(placeholder="Search ids", value=filters.text).props(
                'outlined dense clearable debounce=250 type=search aria-label="Search ids"'
            )
            search.on_value_change(self._filter("text")).classes("grow")
            if not self._of_flow:
                known = sorted({*namespaces, filters.namespace} - {""})
                self._select("Namespace", known, filters.namespace, "namespace")
                flow = ui.input("Flow", value=filters.flow).props("outlined dense clearable debounce=250")
                flow.on_value_change(self._filter("flow"))
            states = [one for one in filters.state.split(",") if one]
            state = ui.select(list(STATES), multiple=True, value=states, label="State", clearable=True)
            state.props("outlined dense options-dense").on_value_change(self._filter("state"))
            labels = ui.input("Labels", placeholder="key:value", value=filters.labels)
            labels.props("outlined dense clearable debounce=400").on_value_change(self._filter("labels"))
            period = ui.select(PERIODS, value=filters.period, label="Period").props("outlined dense options-dense")
            period.on_value_change(self._filter("period"))

    def _select(self, title: str, options: list[str], value: str, name: str) -> None:
        select = ui.select(options, value=value or None, label=title, clearable=True)
        select.props("outlined dense options-dense").on_value_change(self._filter(name))

    def _filter(self, name: str) -> Any:
        """What to do when one of the filters is changed."""

        async def change(event: events.ValueChangeEventArguments[Any]) -> None:
            """Take the new value."""
            value = ",".join(event.value) if isinstance(event.value, list) else event.value or ""
            self._filters = Filters(**{**asdict(self._filters), name: value})
            await self._turn(1, self._size)

        return change

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
            await self.refresh()

    async def _label(self) -> None:
        ids = self._ids()
        with ui.dialog() as dialog, ui.card().classes("dialog"):
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
            await self.refresh()

    async def _turn(self, page: int, size: int) -> None:
        self._page, self._size = page, size
        filters = self._filters
        self._address.change(
            q=filters.text,
            namespace="" if self._of_flow else filters.namespace,
            flow="" if self._of_flow else filters.flow,
            state=filters.state,
            labels=filters.labels,
            period="" if filters.period == DEFAULT_PERIOD else filters.period,
            page="" if page == 1 else str(page),
            size="" if size == SIZES[0] else str(size),
        )
        await self.refresh()

    async def refresh(self) -> None:
        """Read the rows from the server."""
        kestra = self._view.kestra
        found = await self._view.ask(calls.search, kestra, self._filters, self._page, self._size)
        self._table.show([execution_row(kestra.http.server, raw) for raw in found.rows])
        self._pager.show(self._page, self._size, found.total)


async def show_of_flow(view: View, flow: Flow) -> None:
    """The executions of one flow, as a tab of its page."""
    filters = Filters(namespace=flow.namespace, flow=flow.id)
    path = addresses.flow(flow.namespace, flow.id, "executions")
    await ExecutionList(view, filters, path=path, of_flow=True).build()


FLOW_TAB = Tab("executions", "Executions", 30, show_of_flow)
