"""The revisions of a flow: compare two of them, go back to one."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from console import addresses
from console.calls import flows as calls
from console.components import marks
from console.components.dialogs import confirm
from console.components.difference import difference
from console.tabs import Tab
from console.view import View
from workbook.kestra.models import Flow, parse_time


async def show(view: View, flow: Flow) -> None:
    """Build the tab."""
    RevisionTab(view, flow, await view.ask(calls.revisions, view.kestra, flow.full_id)).build()


class RevisionTab:
    """The list of revisions, and the difference of two.

    Parameters:
        view: of the page.
        flow: the flow.
        revisions: as the server sends them, oldest first.
    """

    def __init__(self, view: View, flow: Flow, revisions: list[dict[str, Any]]) -> None:
        self._view, self._flow = view, flow
        self._sources: dict[int, str] = {entry["revision"]: entry.get("source") or "" for entry in revisions}
        self._times = {entry["revision"]: parse_time(entry.get("updated")) for entry in revisions}
        self._last = max(self._sources)

    def build(self) -> None:
        """Build the tab."""
        with ui.element("div").classes("revisions"):
            self._list()
            with ui.element("section"):
                self._choice()
                self._shown = ui.element("div")
        self._compare()

    def _list(self) -> None:
        with ui.element("table").classes("plain-table").props('aria-label="Revisions"'):
            with ui.element("tr"):
                for title in ("Revision", "Saved", ""):
                    with ui.element("th"):
                        ui.label(title)
            for revision in sorted(self._sources, reverse=True):
                with ui.element("tr"):
                    with ui.element("td"):
                        ui.label(str(revision))
                    with ui.element("td"):
                        marks.moment(self._times[revision])
                    with ui.element("td"):
                        if revision == self._last:
                            ui.label("current").classes("label-chip")
                        else:
                            restore = ui.button("Restore", on_click=lambda number=revision: self._restore(number))
                            restore.props("flat dense no-caps").props["aria-label"] = f"Restore revision {revision}"

    def _choice(self) -> None:
        options = {revision: f"revision {revision}" for revision in sorted(self._sources, reverse=True)}
        before = max((revision for revision in self._sources if revision < self._last), default=self._last)
        with ui.element("div").classes("toolbar"):
            self._from = ui.select(options, value=before, label="Compare", on_change=self._compare)
            self._to = ui.select(options, value=self._last, label="with", on_change=self._compare)
            for field in (self._from, self._to):
                field.props("outlined dense options-dense")

    def _compare(self) -> None:
        self._shown.clear()
        before, after = self._sources[self._from.value or self._last], self._sources[self._to.value or self._last]
        with self._shown:
            if before == after:
                marks.empty("No line differs.")
            else:
                difference(before, after)

    async def _restore(self, revision: int) -> None:
        explanation = f"Its text becomes revision {self._last + 1}; nothing is lost."
        if not await confirm(f"Restore revision {revision}?", explanation, "Restore"):
            return
        source = self._sources[revision]
        stored = await self._view.attempt(calls.update, self._view.kestra, self._flow.full_id, source)
        if stored is not None:
            ui.navigate.to(addresses.flow(stored.namespace, stored.id, "revisions"))


TAB = Tab("revisions", "Revisions", 50, show)
