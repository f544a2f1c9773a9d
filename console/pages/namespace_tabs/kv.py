"""The KV Store of a namespace: pairs with types and with a time to live."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from console import addresses
from console.calls import kv as calls
from console.calls.filters import FlowFilters
from console.calls.kv import TYPES, NotSo, Pair
from console.calls.paged import Page
from console.components.dialogs import confirm, page_dialog
from console.components.search import Search
from console.components.table import Column, Row, Table
from console.tabs import Tab
from console.view import View, tell, tell_problem
from workbook.errors import WorkbookError
from workbook.kestra.client import KestraClient
from workbook.kestra.errors import ApiError
from workbook.kestra.models import parse_time

COLUMNS = (
    Column("key", "Key"),
    Column("description", "Description", narrow=True),
    Column("updateDate", "Last modified", "time", narrow=True),
    Column("expirationDate", "Expires", "time"),
    Column("actions", ""),
)
LIVES = {"1 hour": "PT1H", "1 day": "P1D", "7 days": "P7D", "30 days": "P30D", "for ever": ""}
_KEY = """<q-td :props="props"><button type="button" class="link-button mono"
@click="$parent.$emit('edit', props.row.key)">{{ props.value }}</button></q-td>"""
_ACTIONS = """<q-td :props="props" style="text-align:right; white-space:nowrap">
<q-btn flat round dense size="sm" icon="edit" :aria-label="'Edit ' + props.row.key"
@click="$parent.$emit('edit', props.row.key)"></q-btn>
<q-btn flat round dense size="sm" icon="delete" :aria-label="'Delete ' + props.row.key"
@click="$parent.$emit('remove', props.row.key)"></q-btn></q-td>"""


async def show(view: View, namespace: str) -> None:
    """Build the tab."""
    await KvStore(view, namespace).build()


class KvStore:
    """The pairs of a namespace."""

    def __init__(self, view: View, namespace: str) -> None:
        self._view, self._namespace = view, namespace
        address, filters = addresses.namespace(namespace, "kv"), FlowFilters(namespace=namespace, of_flow=True)
        self._search = Search(view, address, filters, _find, self._show)
        self._rows: dict[str, Row] = {}

    async def build(self) -> None:
        """Build the tab."""
        with ui.element("div").classes("toolbar"):
            self._search.words("Search keys")
            ui.space()
            ui.button("New Key-Value", icon="add", on_click=lambda: self._ask(None)).props("unelevated no-caps")
        self._table = Table(COLUMNS, "Pairs of the KV Store", key="key")
        self._table.element.props('no-data-label="No pair here yet: New Key-Value makes one."')
        self._table.element.add_slot("body-cell-key", _KEY)
        self._table.element.add_slot("body-cell-actions", _ACTIONS)
        self._table.element.on("edit", lambda event: self._edit(event.args))
        self._table.element.on("remove", lambda event: self._delete(event.args))
        await self._search.start()
        await self._inherited()

    def _show(self, rows: list[Row]) -> None:
        self._rows = {str(row["key"]): row for row in rows}
        self._table.show(rows)

    async def _edit(self, key: str) -> None:
        pair = await self._view.attempt(calls.read, self._view.kestra, self._namespace, key)
        if pair is not None:
            await self._ask(pair)

    async def _ask(self, pair: Pair | None) -> None:
        row = self._rows.get(pair.key, {}) if pair else {}
        if await PairDialog(self._view, self._namespace, pair, row).saved():
            await self._search.refresh()

    async def _delete(self, key: str) -> None:
        if not await confirm(f"Delete the key {key}?", "Flows that read it will fail.", "Delete"):
            return
        if await self._view.do(f"{key} is deleted", calls.delete, self._view.kestra, self._namespace, key):
            await self._search.refresh()

    async def _inherited(self) -> None:
        rows = await self._view.ask(calls.inherited, self._view.kestra, self._namespace)
        if not rows:
            return
        with ui.element("h2"):
            ui.label("From the namespaces around this one")
        with ui.element("table").classes("plain-table card"):
            for row in rows:
                with ui.element("tr"):
                    with ui.element("td"), ui.element("code"):
                        ui.label(row["key"])
                    with ui.element("td"):
                        ui.label(row["namespace"]).classes("muted")


def _find(kestra: KestraClient, filters: FlowFilters, page: int, size: int) -> Page:
    return calls.search(kestra, filters.namespace, filters.text, page, size)


class PairDialog:
    """Makes or changes a pair; what is refused is told at its field.

    Parameters:
        view: of the page.
        namespace: where the pair is.
        pair: the one to change; None for a new one.
        row: what the list says of it.
    """

    def __init__(self, view: View, namespace: str, pair: Pair | None, row: Row) -> None:
        self._view, self._namespace, self._pair, self._row = view, namespace, pair, row

    async def saved(self) -> bool:
        """Open the dialog; gives whether something was saved."""
        pair = self._pair
        with page_dialog() as self._dialog, ui.card().classes("dialog").style("width:min(620px,94vw)"):
            with ui.element("h2").style("margin:0"):
                ui.label(f"Edit {pair.key}" if pair else "New Key-Value")
            self._key = ui.input("Key", value=pair.key if pair else "")
            self._key.props("outlined dense autofocus" if pair is None else "outlined dense readonly")
            kind = pair.kind if pair else TYPES[0]
            self._kind = ui.select(list(TYPES), label="Type", value=kind, on_change=self._changed_type)
            self._kind.props("outlined dense options-dense")
            self._text = ui.textarea("Value", value=pair.text if pair else "")
            self._text.props("outlined dense autogrow").classes("mono")
            self._truth = ui.select(["true", "false"], label="Value", value=_truth(pair)).props("outlined dense")
            self._description = ui.input("Description", value=str(self._row.get("description") or ""))
            self._description.props("outlined dense")
            self._time_to_live()
            with ui.row().classes("dialog-buttons"):
                ui.button("Cancel", on_click=lambda: self._dialog.submit(False)).props("flat no-caps")
                ui.button("Save", on_click=self._save).props("unelevated no-caps")
        self._changed_type()
        answer = await self._dialog
        self._dialog.delete()
        return bool(answer)

    def _time_to_live(self) -> None:
        left = calls.remaining(parse_time(self._row.get("expirationDate")))
        self._ttl = ui.input("Expires after (TTL)", value=left, placeholder="never, or such as PT12H or P7D")
        self._ttl.props("outlined dense clearable")
        with ui.row().style("gap:4px"):
            for words, life in LIVES.items():
                ui.button(words, on_click=lambda life=life: self._ttl.set_value(life)).props(
                    "flat dense no-caps size=sm"
                )

    def _changed_type(self) -> None:
        is_truth = self._kind.value == "BOOLEAN"
        self._truth.set_visibility(is_truth)
        self._text.set_visibility(not is_truth)

    async def _save(self) -> None:
        self._tell({})
        key, kind = (self._key.value or "").strip(), str(self._kind.value)
        text = str(self._truth.value if kind == "BOOLEAN" else self._text.value or "")
        ttl, description = (self._ttl.value or "").strip(), (self._description.value or "").strip()
        if not key:
            self._tell({self._key: "A pair needs a key."})
            return
        try:
            description.encode("latin-1")
            await self._view.ask(
                calls.put, self._view.kestra, self._namespace, key, kind, text, ttl=ttl, description=description
            )
        except NotSo as error:
            self._tell({self._text: f"This is {error}." if str(error).startswith("n") else f"{error}."})
        except UnicodeEncodeError:
            self._tell({self._description: "Kestra takes Latin letters only here."})
        except ApiError as error:
            self._tell({self._field_of(error): error.reason})
        except WorkbookError as error:
            tell_problem(str(error))
        else:
            tell(f"{key} is saved")
            self._dialog.submit(True)

    def _field_of(self, error: ApiError) -> Any:
        """The field that the server's message is about."""
        words = error.reason.lower()
        if "duration" in words or "ttl" in words:
            return self._ttl
        return self._key if "key" in words.split("'")[0] else self._text

    def _tell(self, problems: dict[Any, str]) -> None:
        for field in (self._key, self._text, self._description, self._ttl):
            field.error = problems.get(field)


def _truth(pair: Pair | None) -> str:
    return pair.text if pair and pair.kind == "BOOLEAN" else "true"


TAB = Tab("kv", "KV Store", 30, show)
