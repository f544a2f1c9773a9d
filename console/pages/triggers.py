"""The triggers of all flows: filters that stay in the address, and actions on several at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from nicegui import ui

from console import addresses
from console.calls import triggers as calls
from console.calls.filters import FlowFilters
from console.calls.triggers import TriggerId
from console.components.dialogs import confirm
from console.components.search import Search
from console.components.table import Column, Table
from console.components.trigger_words import is_locked, next_date, schedule
from console.frame import frame, page
from console.view import View
from workbook.kestra.models import Trigger, parse_time

COLUMNS = (
    Column("trigger", "Trigger", "link"),
    Column("flow", "Flow", "link", narrow=True),
    Column("state", "State"),
    Column("next", "Next date"),
    Column("schedule", "Schedule", "code", narrow=True),
    Column("namespace", "Namespace", narrow=True),
)


@page(addresses.TRIGGERS)
async def triggers() -> None:
    """The page: `q`, `namespace`, `flow`, `page` and `size` stay in its address."""
    async with frame("Triggers", "Triggers") as view:
        await TriggerList(view).build()


class TriggerList:
    """The list with its filters.

    Parameters:
        view: of the page.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._search = Search(view, addresses.TRIGGERS, FlowFilters(), calls.search, self._show)

    async def build(self) -> None:
        """Build the list."""
        with ui.element("div").classes("toolbar"):
            self._search.words("Search triggers")
            await self._search.flow_fields()
        self._bulk()
        self._table = Table(COLUMNS, "Triggers", on_choice=self._chosen)
        self._table.element.props('no-data-label="No trigger fits. Webhooks and Flow triggers stand at their flows."')
        await self._search.start()

    def _show(self, rows: list[dict[str, Any]]) -> None:
        self._table.show([trigger_row(raw) for raw in rows])

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
        """Enable the chosen triggers; first ask if the engine would catch up on dates that have passed meanwhile."""
        missed: dict[str, int] = {}
        for row in self._table.chosen:
            if since := parse_time(row["last"]):
                count = await self._view.attempt(
                    calls.missed_dates_of, self._view.kestra, _trigger_of(row), since, datetime.now(UTC)
                )
                missed |= {row["trigger"]: count} if count else {}
        words = ", ".join(f"{count:,} of {trigger}" for trigger, count in missed.items())
        explanation = (
            f"Dates have passed since the last ones: {words}. The engine may start an execution for each of them, "
            "as recoverMissedSchedules says."
        )
        if not missed or await confirm("Enable the chosen triggers?", explanation, "Enable"):
            await self._act("Enabled", calls.set_disabled, False)

    async def _disable(self) -> None:
        await self._act("Disabled", calls.set_disabled, True)

    async def _unlock(self) -> None:
        await self._act("Unlocked", calls.unlock)

    async def _act(self, done: str, call: Callable[..., object], *arguments: object) -> None:
        chosen = [_trigger_of(row) for row in self._table.chosen]
        words = f"{done}: {len(chosen)} trigger{'' if len(chosen) == 1 else 's'}"
        if await self._view.do(words, call, self._view.kestra, chosen, *arguments):
            self._table.element.selected = []
            self._chosen()
            await self._search.refresh()


def _trigger_of(row: dict[str, Any]) -> TriggerId:
    return TriggerId(row["namespace"], row["flow"], row["trigger"])


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
        "last": row.raw.get("date") if row.disabled and "cron" in declared else None,
    }


def _state(declared: dict[str, Any], row: Trigger) -> str:
    if declared.get("disabled"):
        return "disabled in the flow"
    if row.disabled:
        return "disabled"
    if row.backfill:
        return "backfill paused" if row.backfill.get("paused") else "backfill goes on"
    return "locked" if is_locked(row) else "enabled"
