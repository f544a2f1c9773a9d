"""Plugins: every type that a flow can name on this server, and the documentation that its schema makes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from nicegui import events, ui

from console import addresses
from console.calls import plugins as calls
from console.calls.plugins import KINDS, TypeEntry
from console.components import marks
from console.components.address import Address
from console.components.type_document import read_document, show_document
from console.frame import frame, page

PREFIX = "io.kestra.plugin."
NOT_HERE = (
    "This is all that this server has. A type that is not listed, and a property that its page does not name, are "
    "refused when a flow is saved: nothing is ignored."
)


@page("/ui/main/plugins")
async def plugins(q: str = "", kind: str = "") -> None:
    """The list.

    Parameters:
        q: a part of a name or of what it does.
        kind: of the types; all if empty.
    """
    async with frame("Plugins", "Plugins") as view:
        await PluginList(await view.ask(calls.types, view.kestra), q, kind if kind in KINDS else "").build()


@page("/ui/main/plugins/{type_name}")
async def plugin(type_name: str) -> None:
    """The documentation of a type.

    Parameters:
        type_name: in full.
    """
    short = type_name.rpartition(".")[2]
    async with frame(short, "Plugins", [("Plugins", addresses.PLUGINS), (short, "")]) as view:
        show_document(type_name, await read_document(view, type_name))


class PluginList:
    """The types by their groups, with a search.

    Parameters:
        types: all of them.
        text: a part of a name or of what it does.
        kind: of the types.
    """

    def __init__(self, types: Sequence[TypeEntry], text: str, kind: str) -> None:
        self._types = types
        self._address = Address(addresses.PLUGINS, {"q": text, "kind": kind})

    async def build(self) -> None:
        """Build the page."""
        with ui.element("div").classes("toolbar"):
            search = ui.input(placeholder="Search types", value=self._address.values["q"], on_change=self._search)
            search.props('outlined dense clearable debounce=200 aria-label="Search types" type=search').classes("grow")
            kinds = {"": "All kinds", **KINDS}
            kind = ui.select(kinds, value=self._address.values["kind"], on_change=self._choose)
            kind.props('outlined dense options-dense aria-label="Kind"')
            self._count = ui.label().classes("muted").props("aria-live=polite")
        ui.label(NOT_HERE).classes("muted small")
        self._list = ui.element("div")
        self._show()

    def _search(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        self._address.change(q=event.value or "")
        self._show()

    def _choose(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        self._address.change(kind=event.value or "")
        self._show()

    def _show(self) -> None:
        words, kind = self._address.values["q"].lower().split(), self._address.values["kind"]
        found = [
            entry
            for entry in self._types
            if (not kind or entry.kind == kind) and all(word in f"{entry.name} {entry.title}".lower() for word in words)
        ]
        self._count.text = f"{len(found)} type{'' if len(found) == 1 else 's'}"
        self._list.clear()
        with self._list:
            for group, entries in groupby(found, lambda entry: entry.group):
                _group(group, list(entries))
            if not found:
                marks.empty("No type of this server fits.")


def _group(group: str, entries: Sequence[TypeEntry]) -> None:
    with ui.element("h2"):
        ui.label(group.removeprefix(PREFIX))
    with ui.element("ul").classes("types"):
        for entry in entries:
            with ui.element("li"):
                ui.link(entry.short, addresses.plugin(entry.name)).props(f'title="{entry.name}"')
                if entry.kind != "tasks":
                    ui.label(KINDS[entry.kind].lower().removesuffix("s")).classes("label-chip")
