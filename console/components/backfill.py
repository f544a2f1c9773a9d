"""The dialog that runs a schedule for dates that have passed, with a preview of these dates."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from nicegui import ui

from console.calls import triggers as calls
from console.components.dialogs import page_dialog
from console.components.inputs_form import InputsForm
from console.components.labels import labels_of
from console.view import View, tell, tell_problem
from workbook.errors import WorkbookError
from workbook.kestra.models import Flow

SHOWN = "%Y-%m-%d %H:%M %Z"
SHOWN_DATES = 60
PAUSE_SECONDS = 0.3


async def ask_for_backfill(view: View, flow: Flow, trigger_id: str, started: Callable[[], Awaitable[None]]) -> None:
    """Open the dialog.

    Parameters:
        view: of the page.
        flow: the flow.
        trigger_id: a schedule of it.
        started: called when a backfill has been started.
    """
    with page_dialog().props("persistent") as dialog, ui.card().classes("dialog dialog-wide"):
        dialog.on("hide", dialog.delete)
        with ui.element("h2").style("margin:0"):
            ui.label("Backfill executions")
        form = BackfillForm(view, flow, trigger_id)
        try:
            await form.build()
        except WorkbookError as error:
            ui.label(str(error)).classes("form-error")

        async def start() -> None:
            """Start the backfill; the dialog stays open if it is refused."""
            if await form.start():
                dialog.close()
                await started()

        with ui.row().classes("dialog-buttons"):
            ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
            ui.button("Execute backfill", icon="history", on_click=start).props("unelevated no-caps")
    dialog.open()


class BackfillForm:
    """The content of the dialog."""

    def __init__(self, view: View, flow: Flow, trigger_id: str) -> None:
        self._view, self._flow, self._trigger_id = view, flow, trigger_id
        own = calls.own_inputs(flow, trigger_id)
        rendered = frozenset(name for name, value in own.items() if "{{" in str(value))
        self._own = {name: value for name, value in own.items() if name not in rendered}
        check = partial(calls.check_backfill_inputs, view.kestra, flow, rendered)
        self._inputs = InputsForm(view, check, initial=self._own)
        self._asked = 0

    async def build(self) -> None:
        """Build the fields.

        Raises:
            WorkbookError: the engine cannot be asked.
        """
        declared = next(raw for raw in self._flow.raw["triggers"] if raw["id"] == self._trigger_id)
        zone = declared.get("timezone") or "UTC"
        ui.label(f"{self._trigger_id}: {declared['cron']}, in the time zone {zone}").classes("muted")
        with ui.element("div").classes("range"):
            self._start = self._moment("Start date", "Start time")
            self._end = self._moment("End date", "End time")
        ui.label("Without a time, the whole of each day counts.").classes("muted small")
        self._preview = ui.element("div").props('aria-live=polite role=group aria-label="Dates of the backfill"')
        if self._flow.inputs:
            with ui.expansion("Inputs", value=True).classes("expansion").props("dense"):
                await self._inputs.build()
        with ui.expansion("Labels").classes("expansion").props("dense"):
            self._labels = ui.input("Labels", placeholder="team:data, reason:backfill").props("outlined dense")
        self._show_dates("Choose a start and an end to see the dates.", "muted")

    async def start(self) -> bool:
        """Start the backfill; gives whether it has been started."""
        start, end = self._range()
        if not (start and end):
            tell_problem("A backfill needs a start and an end date.")
            return False
        if not await self._inputs.is_valid():
            return False
        values = {name: value for name, value in self._inputs.values.items() if value != self._own.get(name)}
        if any(isinstance(value, Path) for value in values.values()):
            tell_problem("A backfill takes no files: the engine keeps its inputs as text.")
            return False
        wanted = calls.BackfillRequest(start, end, values, labels_of(self._labels.value or ""))
        arguments = (self._view.kestra, self._flow, self._trigger_id, wanted)
        count = await self._view.attempt(calls.start_backfill, *arguments)
        if count is None:
            return False
        tell(f"The backfill of {self._trigger_id} has started: {_executions(count)}")
        return True

    def _moment(self, date: str, time: str) -> tuple[ui.input, ui.input]:
        day = ui.input(date, on_change=self._changed).props("outlined dense stack-label type=date")
        clock = ui.input(time, on_change=self._changed).props("outlined dense stack-label type=time")
        return day, clock

    def _range(self) -> tuple[str, str]:
        """Start and end as texts; empty where there is none."""
        start, end = (
            (day.value or "") + (f"T{clock.value}" if day.value and clock.value else "")
            for day, clock in (self._start, self._end)
        )
        return start, end

    async def _changed(self) -> None:
        """Show the dates of the range when nothing more is typed for a moment."""
        self._asked += 1
        number = self._asked
        await asyncio.sleep(PAUSE_SECONDS)
        start, end = self._range()
        if number != self._asked or not (start and end):
            return
        try:
            plan = await self._view.ask(calls.plan, self._flow, self._trigger_id, start, end)
        except WorkbookError as error:
            self._show_dates(str(error), "form-error")
            return
        if number == self._asked:
            zone = plan.start.tzinfo
            self._show_dates(_executions(len(plan.dates)), "card-title", [date.astimezone(zone) for date in plan.dates])

    def _show_dates(self, words: str, look: str, dates: Sequence[datetime] = ()) -> None:
        self._preview.clear()
        with self._preview:
            ui.label(words).classes(look)
            if not dates:
                return
            with ui.element("ol").classes("dates").props('tabindex=0 aria-label="Dates"'):
                for date in dates[:SHOWN_DATES]:
                    with ui.element("li"):
                        ui.label(f"{date:{SHOWN}}")
            if len(dates) > SHOWN_DATES:
                ui.label(f"and {len(dates) - SHOWN_DATES:,} more, up to {dates[-1]:{SHOWN}}").classes("muted small")


def _executions(count: int) -> str:
    return f"{count:,} execution{'' if count == 1 else 's'}, one for each date"
