"""The list of flows, with what the project's folder has and the server has not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from nicegui import events, ui

from console import addresses
from console.calls import flows as calls
from console.calls.filters import FlowFilters
from console.calls.flows import LocalFlow
from console.calls.paged import Page
from console.components.address import Address
from console.components.dialogs import page_dialog
from console.components.search import Search
from console.components.table import Column, Row, Table
from console.frame import frame, page
from console.view import View, tell, tell_problem
from workbook.kestra.client import KestraClient
from workbook.kestra.models import FlowId

COLUMNS = (
    Column("id", "Id", "link"),
    Column("namespace", "Namespace", narrow=True),
    Column("state", "Last execution", "state"),
    Column("started", "Started", "time", narrow=True),
    Column("triggers", "Triggers", narrow=True),
    Column("labels", "Labels", "labels", narrow=True),
)
_STATE_CELL = """<q-td :props="props"><a v-if="props.value" :href="props.row.state_href">
<span class="state" :data-state="props.value">{{ props.value }}</span></a></q-td>"""
_MAX_IMPORT = 20 << 20
"""Bytes of one file to import."""


@page(addresses.FLOWS)
async def flows() -> None:
    """The page: `q`, `namespace` (with those inside of it), `page` and `size` stay in its address."""
    async with frame("Flows", "Flows") as view:
        await FlowList(view).build()


class FlowList:
    """The list, and what can be done with it.

    Parameters:
        view: of the page.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._search = Search(view, addresses.FLOWS, FlowFilters(), _find, self._show)

    async def build(self) -> None:
        """Build the page."""
        namespaces, missing = await asyncio.gather(
            self._view.ask(calls.namespaces, self._view.kestra), self._view.ask(calls.missing_flows, self._view.kestra)
        )
        self._toolbar()
        with ui.element("div").classes("side"):
            _tree(namespaces, self._search.filters.namespace)
            with ui.element("div"):
                self._table = Table(COLUMNS, "Flows", key="key")
                self._table.element.add_slot("body-cell-state", _STATE_CELL)
                self._table.element.props('no-data-label="No flow here yet: create one, or import some."')
                await self._search.start()
        if missing:
            self._missing(missing)

    def _toolbar(self) -> None:
        with ui.element("div").classes("toolbar"):
            self._search.words("Search flows")
            ui.space()
            ui.button("Import", icon="upload", on_click=self._import).props("outline no-caps")
            ui.button("Create", icon="add", on_click=lambda: ui.navigate.to(addresses.NEW_FLOW)).props(
                "unelevated no-caps"
            )

    def _show(self, rows: list[Row]) -> None:
        self._table.show(rows)

    def _missing(self, missing: Sequence[LocalFlow]) -> None:
        with ui.element("section").classes("card").style("margin-top:22px"):
            with ui.element("div").classes("page-head"):
                with ui.element("h2").style("margin:0"):
                    ui.label("In the folder flows/, not on this server")
                ui.space()
                ui.button("Create all", icon="playlist_add", on_click=lambda: self._create(missing)).props(
                    "outline no-caps"
                )
            with ui.element("div").classes("scroll"), ui.element("table").classes("plain-table"):
                for flow in missing:
                    with ui.element("tr"):
                        with ui.element("td"):
                            ui.label(flow.id.id)
                        with ui.element("td").classes("narrow-out muted"):
                            ui.label(flow.id.namespace)
                        with ui.element("td").style("text-align:right"):
                            ui.button("Create", on_click=lambda flow=flow: self._create([flow])).props(
                                f'flat dense no-caps aria-label="Create {flow.id.id}"'
                            )

    async def _create(self, chosen: Sequence[LocalFlow]) -> None:
        words = str(chosen[0].id) if len(chosen) == 1 else f"{len(chosen)} flows"
        if await self._view.do(f"{words} created", calls.create_local, self._view.kestra, chosen):
            ui.navigate.reload()

    async def _import(self) -> None:
        files: list[tuple[str, bytes]] = []

        async def take(event: events.UploadEventArguments) -> None:
            """Keep a file that was chosen."""
            files.append((event.file.name, await event.file.read()))

        with page_dialog() as dialog, ui.card().classes("dialog"):
            ui.label("Import flows").classes("card-title")
            ui.label("YAML files of one or many flows, or a ZIP archive of them.").classes("muted")
            ui.upload(on_upload=take, multiple=True, auto_upload=True, max_file_size=_MAX_IMPORT).props(
                'flat bordered accept=".yaml,.yml,.zip" label="Choose files, or drop them here"'
            ).style("width:100%")
            with ui.row().classes("dialog-buttons"):
                ui.button("Cancel", on_click=lambda: dialog.submit(False)).props("flat no-caps")
                ui.button("Import", on_click=lambda: dialog.submit(True)).props("unelevated no-caps")
        if not await dialog or not files:
            return
        refused = await self._view.attempt(calls.import_files, self._view.kestra, files)
        if refused:
            tell_problem("The server refused: " + ", ".join(refused))
        elif refused is not None:
            tell(f"{len(files)} file{'s' if len(files) > 1 else ''} imported")
            ui.navigate.reload()


def _tree(namespaces: Sequence[str], chosen: str) -> None:
    """The namespaces, each below the one around it, as links that filter the list."""
    parts = {".".join(name.split(".")[: depth + 1]) for name in namespaces for depth in range(name.count(".") + 1)}
    with ui.element("nav").props('aria-label="Namespaces"').classes("tree"):
        for name in ["", *sorted(parts)]:
            indent = 10 + 14 * (name.count(".") if name else 0)
            address = str(Address(addresses.FLOWS, {"namespace": name}))
            link = ui.link(name.rsplit(".", 1)[-1] or "All namespaces", address).style(f"padding-left:{indent}px")
            if name == chosen:
                link.props('aria-current="page"')
            if name:
                link.props(f'title="{name}"')


def _find(kestra: KestraClient, filters: FlowFilters, page: int, size: int) -> Page:
    """A page of flows, each with its last execution."""
    found = calls.search(kestra, filters.text, filters.namespace, page, size)
    ids = [FlowId(row["namespace"], row["id"]) for row in found.rows]
    latest = calls.latest_executions(kestra, ids)
    return Page([_row(raw, latest.get(flow_id)) for raw, flow_id in zip(found.rows, ids, strict=True)], found.total)


def _row(raw: Row, latest: Row | None) -> Row:
    namespace, flow_id = raw["namespace"], raw["id"]
    row = {
        "key": f"{namespace}/{flow_id}",
        "id": flow_id,
        "id_href": addresses.flow(namespace, flow_id, "overview"),
        "namespace": namespace,
        "state": latest["status"] if latest else "",
        "started": latest["startDate"] if latest else "",
        "triggers": ", ".join(trigger["id"] for trigger in raw.get("triggers") or []),
        "labels": [f"{label['key']}: {label['value']}" for label in raw.get("labels") or []],
    }
    if latest:
        row["state_href"] = addresses.execution(namespace, flow_id, latest["id"], "gantt")
    return row
