"""The triggers of a flow: when they come next, on and off, backfills, locks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from nicegui import events, ui

from console import addresses
from console.calls import triggers as calls
from console.calls.triggers import TriggerId
from console.components import marks
from console.components.backfill import ask_for_backfill
from console.components.dialogs import confirm
from console.components.trigger_words import day_in_zone, in_zone, is_locked, kind, next_date, schedule
from console.tabs import Tab
from console.view import View
from workbook.kestra.models import Flow, Trigger, parse_time

REFRESH_SECONDS = 1.0
Json = dict[str, Any]


async def show(view: View, flow: Flow) -> None:
    """Build the tab."""
    declared = flow.raw.get("triggers") or []
    if not declared:
        marks.empty("This flow has no trigger. Add one in the tab Edit.")
        return
    with ui.element("div").classes("columns"):
        cards = [TriggerCard(view, flow, raw) for raw in declared]

    async def refresh() -> None:
        """Read the triggers as the scheduler has them."""
        rows = {row.id: row for row in await view.ask(view.kestra.triggers, flow)}
        for card in cards:
            card.show(rows.get(card.id))

    for card in cards:
        card.build(refresh)
    await refresh()
    view.every(REFRESH_SECONDS, refresh)


class TriggerCard:
    """One trigger.

    Parameters:
        view: of the page.
        flow: whose trigger it is.
        declared: the trigger in the flow's source.
    """

    def __init__(self, view: View, flow: Flow, declared: Json) -> None:
        self._view, self._flow, self._declared = view, flow, declared
        self.id: str = declared["id"]
        self._trigger = TriggerId(flow.namespace, flow.id, self.id)
        self._off = bool(declared.get("disabled"))
        self._row: Trigger | None = None
        self._showing = False
        self._section = ui.element("section").classes("card trigger")
        self._section.props["aria-label"] = self.id

    def build(self, refresh: Callable[[], Awaitable[None]]) -> None:
        """Build the card.

        Parameters:
            refresh: shows the triggers anew.
        """
        self._refresh = refresh
        with self._section:
            with ui.element("div").classes("page-head"):
                ui.label(self.id).classes("card-title")
                ui.label(kind(self._declared)).classes("muted")
                ui.space()
                self._enabled = ui.switch("Enabled", value=not self._off, on_change=self._turn)
                self._menu()
            with ui.element("div") as self._facts:
                pass
            with ui.element("div").classes("backfill") as self._backfill:
                self._backfill_words = ui.label().props("aria-live=polite")
                self._progress = ui.linear_progress(0, show_value=False).props("rounded aria-hidden=true")
                with ui.row().classes("backfill-buttons"):
                    self._pause = ui.button("Pause", icon="pause", on_click=self._pause_backfill)
                    self._continue = ui.button("Continue", icon="play_arrow", on_click=self._continue_backfill)
                    cancel = ui.button("Cancel backfill", icon="close", on_click=self._cancel_backfill)
                    for button in (self._pause, self._continue, cancel):
                        button.props("flat dense no-caps")
        self._show_facts(None)
        self._backfill.set_visibility(False)

    def _menu(self) -> None:
        more = ui.button(icon="more_horiz").props("flat round dense")
        more.props["aria-label"] = f"More for {self.id}"
        with more, ui.menu():
            if "cron" in self._declared:
                self._start = ui.menu_item("Backfill executions", self._ask_for_backfill)
            self._unlock = ui.menu_item("Unlock", self._unlock_trigger)
            executions = addresses.executions_of(self._flow.namespace, self._flow.id)
            ui.menu_item("Executions of the flow", lambda: ui.navigate.to(executions))
            ui.menu_item("Edit", lambda: ui.navigate.to(addresses.flow(self._flow.namespace, self._flow.id, "edit")))

    def show(self, row: Trigger | None) -> None:
        """Show the state of the trigger.

        Parameters:
            row: as the scheduler has it; None if it has not taken it up, or does not run it.
        """
        if row is not None and self._row is not None and row.raw == self._row.raw:
            return
        self._row = row
        self._set_enabled(not (self._off or (row is not None and row.disabled)))
        self._enabled.set_enabled(row is not None and not self._off)
        self._unlock.set_enabled(is_locked(row))
        self._show_facts(row)
        self._show_backfill(row.backfill if row else None)

    def _show_facts(self, row: Trigger | None) -> None:
        self._facts.clear()
        own = self._declared.get("inputs") or {}
        with self._facts:
            marks.facts(
                {
                    "Schedule": schedule(self._declared),
                    "Next date": next_date(self._declared, row),
                    "Last date": self._zoned(row.raw.get("date")) if row else "",
                    "Inputs": ", ".join(f"{name}: {value}" for name, value in own.items()),
                    "Waits for": f"the execution {row.raw['executionId']}" if row and is_locked(row) else "",
                }
            )
            if self._off:
                ui.label("Disabled in the flow's source: take `disabled` out there to enable it.").classes("muted")

    def _show_backfill(self, going: Json | None) -> None:
        self._backfill.set_visibility(going is not None)
        if "cron" in self._declared:
            self._start.set_enabled(going is None and not self._off)
        if going is None:
            return
        start, end, now = (parse_time(going[edge]) for edge in ("start", "end", "currentDate"))
        if start is None or end is None or now is None:
            return
        paused = bool(going.get("paused"))
        # The client sends a start that is a date of the schedule as the moment before it: see workbook.kestra.backfill.
        shown = (start + timedelta(milliseconds=1), end, now)
        first, last, current = (day_in_zone(self._declared, moment) for moment in shown)
        words = f"Backfill {'paused' if paused else 'goes on'}: {first} to {last}, now {current}"
        self._backfill_words.text = words
        self._progress.set_value(min(1.0, (now - start) / (end - start)) if end > start else 1.0)
        self._pause.set_visibility(not paused)
        self._continue.set_visibility(paused)

    def _zoned(self, text: str | None) -> str:
        moment = parse_time(text)
        return in_zone(self._declared, moment) if moment else ""

    def _turn(self, event: events.ValueChangeEventArguments[bool | None]) -> Awaitable[None] | None:
        """Hand on what somebody chose. It is no coroutine: one would run after `show` has ended."""
        if self._showing:
            return None
        return self._enable() if event.value else self._disable()

    async def _disable(self) -> None:
        await self._do(f"{self.id} is disabled", calls.set_disabled, [self._trigger], True)

    async def _enable(self) -> None:
        """Enable the trigger; first ask if the engine would catch up on dates that have passed meanwhile."""
        since = parse_time(self._row.raw.get("date")) if self._row and "cron" in self._declared else None
        missed = 0
        if since:
            missed = await self._view.ask(calls.missed_dates, self._flow, self.id, since, datetime.now(UTC))
        explanation = (
            f"Since its last date, {in_zone(self._declared, since)}, {missed:,} have passed. The engine may start an "
            "execution for each of them, as its recoverMissedSchedules says."
            if since
            else ""
        )
        if missed and not await confirm(f"Enable {self.id}?", explanation, "Enable"):
            self._set_enabled(False)
            return
        await self._do(f"{self.id} is enabled", calls.set_disabled, [self._trigger], False)

    def _set_enabled(self, enabled: bool) -> None:
        """Show the switch without taking it for somebody's choice."""
        self._showing = True
        self._enabled.set_value(enabled)
        self._showing = False

    async def _ask_for_backfill(self) -> None:
        await ask_for_backfill(self._view, self._flow, self.id, self._refresh)

    async def _unlock_trigger(self) -> None:
        await self._do(f"{self.id} is unlocked", calls.unlock, [self._trigger])

    async def _pause_backfill(self) -> None:
        await self._do("The backfill is paused", calls.pause_backfill, self._trigger)

    async def _continue_backfill(self) -> None:
        await self._do("The backfill goes on", calls.continue_backfill, self._trigger)

    async def _cancel_backfill(self) -> None:
        explanation = "Executions that have started run to their end."
        if await confirm(f"Cancel the backfill of {self.id}?", explanation, "Cancel backfill"):
            await self._do("The backfill is cancelled", calls.cancel_backfill, self._trigger)

    async def _do(self, done: str, call: Callable[..., object], *arguments: object) -> None:
        await self._view.do(done, call, self._view.kestra, *arguments)
        await self._refresh()


TAB = Tab("triggers", "Triggers", 60, show)
