"""The triggers of all flows: filters that stay in the address, and actions on several at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from nicegui import events, ui

from console import addresses
from console.calls import flows as flow_calls
from console.calls import triggers as calls
from console.calls.triggers import TriggerFilters, TriggerId
from console.components.address import Address
from console.components.table import SIZES, Column, Pager, Table
from console.components.trigger_words import is_locked, next_date, schedule
from console.frame import frame, page
from console.view import View
from workbook.kestra.models import Trigger

COLUMNS = (
    Column("trigger", "Trigger", "link"),
    Column("flow", "Flow", "link", narrow=True),
    Column("state", "State"),
    Column("next", "Next date"),
    Column("schedule", "Schedule", "code", narrow=True),
    Column("namespace", "Namespace", narrow=True),
)
REFRESH_SECONDS = 2.0


@page("/ui/main/triggers")
async def triggers(q: str = "", namespace: str = "", flow: str = "", page: int = 1, size: int = SIZES[0]) -> None:
    """The page.

    Parameters:
        q: a part of an id.
        namespace, flow: of the flow.
        page, size: which rows.
    """
    async with frame("Triggers", "Triggers") as view:
        filters = TriggerFilters(q, namespace, flow)
        await TriggerList(view, filters, max(page, 1), size if size in SIZES else SIZES[0]).build()


class TriggerList:
    """The list with its filters.

    Parameters:
        view: of the page.
        filters: which triggers.
        page, size: which rows.
    """

    def __init__(self, view: View, filters: TriggerFilters, page: int, size: int) -> None:
        self._view, self._filters, self._page, self._size = view, filters, page, size
        self._address = Address(addresses.TRIGGERS, {})

    async def build(self) -> None:
        """Build the list."""
        self._toolbar(await self._view.ask(flow_calls.namespaces, self._view.kestra))
        self._bulk()
        self._table = Table(COLUMNS, "Triggers", on_choice=self._chosen)
        self._table.element.props('no-data-label="No trigger fits. Webhooks and Flow triggers stand at their flows."')
        self._pager = Pager(self._turn)
        await self.refresh()
        self._view.every(REFRESH_SECONDS, self.refresh)

    def _toolbar(self, namespaces: list[str]) -> None:
        filters = self._filters
        with ui.element("div").classes("toolbar"):
            search = ui.input(placeholder="Search triggers", value=filters.text, on_change=self._filter("text"))
            search.props('outlined dense clearable debounce=250 type=search aria-label="Search triggers"')
            search.classes("grow")
            known = sorted({*namespaces, filters.namespace} - {""})
            namespace = ui.select(known, value=filters.namespace or None, label="Namespace", clearable=True)
            namespace.props("outlined dense options-dense").on_value_change(self._filter("namespace"))
            flow = ui.input("Flow", value=filters.flow, on_change=self._filter("flow"))
            flow.props("outlined dense clearable debounce=250")

    def _filter(self, name: str) -> Callable[[events.ValueChangeEventArguments[Any]], Any]:
        """What to do when one of the filters is changed."""

        async def change(event: events.ValueChangeEventArguments[Any]) -> None:
            """Take the new value."""
            self._filters = TriggerFilters(**{**asdict(self._filters), name: event.value or ""})
            await self._turn(1, self._size)

        return change

    def _bulk(self) -> None:
        with ui.element("div").classes("note") as self._actions:
            self._count = ui.label()
            for title, icon, call in (
                ("Enable", "toggle_on", self._enable),
                ("Disable", "toggle_off", self._disable),
                ("Unlock", "lock_open", self._unlock),
            ):
                ui.button(title, icon=icon, on_click=call).props("flat dense no-caps")
        self._actions.set_visibility(False)

    def _chosen(self) -> None:
        count = len(self._table.chosen)
        self._count.text = f"{count} chosen"
        self._actions.set_visibility(count > 0)

    async def _enable(self) -> None:
        await self._act("Enabled", calls.set_disabled, False)

    async def _disable(self) -> None:
        await self._act("Disabled", calls.set_disabled, True)

    async def _unlock(self) -> None:
        await self._act("Unlocked", calls.unlock)

    async def _act(self, done: str, call: Callable[..., object], *arguments: object) -> None:
        chosen = [TriggerId(row["namespace"], row["flow"], row["trigger"]) for row in self._table.chosen]
        words = f"{done}: {len(chosen)} trigger{'' if len(chosen) == 1 else 's'}"
        if await self._view.do(words, call, self._view.kestra, chosen, *arguments):
            self._table.element.selected = []
            self._chosen()
            await self.refresh()

    async def _turn(self, page: int, size: int) -> None:
        self._page, self._size = page, size
        self._address.change(
            q=self._filters.text,
            namespace=self._filters.namespace,
            flow=self._filters.flow,
            page="" if page == 1 else str(page),
            size="" if size == SIZES[0] else str(size),
        )
        await self.refresh()

    async def refresh(self) -> None:
        """Read the rows from the server."""
        found = await self._view.ask(calls.search, self._view.kestra, self._filters, self._page, self._size)
        self._table.show([trigger_row(raw) for raw in found.rows])
        self._pager.show(self._page, self._size, found.total)


def trigger_row(raw: dict[str, Any]) -> dict[str, Any]:
    """A trigger as the row of a table."""
    declared, row = raw.get("abstractTrigger") or {"type": "?"}, Trigger.from_json(raw["triggerContext"])
    tab = addresses.flow(row.namespace, row.flow_id, "triggers")
    return {
        "id": f"{row.namespace}/{row.flow_id}/{row.id}",
        "trigger": row.id,
        "trigger_href": tab,
        "flow": row.flow_id,
        "flow_href": addresses.flow(row.namespace, row.flow_id, "overview"),
        "namespace": row.namespace,
        "schedule": schedule(declared),
        "next": next_date(declared, row),
        "state": _state(declared, row),
    }


def _state(declared: dict[str, Any], row: Trigger) -> str:
    if declared.get("disabled"):
        return "disabled in the flow"
    if row.disabled:
        return "disabled"
    if row.backfill:
        return "backfill paused" if row.backfill.get("paused") else "backfill goes on"
    return "locked" if is_locked(row) else "enabled"
