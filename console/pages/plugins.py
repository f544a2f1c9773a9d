"""Plugins: every type that a flow can name on this server, and the documentation that its schema makes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from nicegui import events, ui

from console import addresses
from console.calls import plugins as calls
from console.calls.plugins import KINDS, Document, Property, TypeEntry
from console.components import marks
from console.components.address import Address
from console.frame import frame, page
from console.view import View
from workbook.kestra.errors import ApiError

PREFIX = "io.kestra.plugin."
NOT_HERE = (
    "This is all that this server has. A type that is not listed, and a property that its page does not name, are "
    "refused when a flow is saved: nothing is ignored."
)
OF_EVERY_TASK = (
    "Other properties are refused. Those of every task, such as description, timeout and retry, are not listed here."
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
        await _document(view, type_name)


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


async def _document(view: View, type_name: str) -> None:
    try:
        document = await view.ask(calls.document, view.kestra, type_name)
    except ApiError as error:
        if error.status != 404:
            raise
        with ui.element("div").classes("note").props("role=alert"):
            ui.label(f"This server does not have the type {type_name}: a flow that names it is refused.")
            ui.link("The types that it has", addresses.PLUGINS)
        return
    with ui.element("div").classes("page-head"):
        with ui.element("code"):
            ui.label(type_name)
        ui.button(icon="content_copy", on_click=lambda: ui.clipboard.write(type_name)).props(
            'flat round dense size=sm aria-label="Copy the type"'
        )
    if document.title:
        ui.label(document.title).classes("card-title")
    _markdown(document.description)
    _properties("Properties", document.properties)
    ui.label(OF_EVERY_TASK).classes("muted small")
    _properties("Outputs", document.outputs)
    _examples(document)
    for name, properties in document.definitions.items():
        _properties(name, properties)


def _properties(title: str, properties: Sequence[Property]) -> None:
    if not properties:
        return
    with ui.element("h2"):
        ui.label(title)
    with (
        ui.element("div").classes("card scroll"),
        ui.element("table").classes("plain-table documented").props(f'aria-label="{title}"'),
    ):
        for entry in properties:
            with ui.element("tr"):
                with ui.element("td"):
                    with ui.element("code"):
                        ui.label(entry.name)
                    if entry.required:
                        ui.label("required").classes("label-chip")
                with ui.element("td"):
                    ui.label(entry.values).classes("muted")
                    if entry.default:
                        ui.label(f"default: {entry.default}").classes("muted small pre")
                with ui.element("td"):
                    _markdown(entry.text)


def _examples(document: Document) -> None:
    if not document.examples:
        return
    with ui.element("h2"):
        ui.label("Examples")
    for example in document.examples:
        _markdown(example.title)
        with ui.element("div").classes("command"):
            with ui.element("pre"):
                ui.label(example.code)
            ui.button(icon="content_copy", on_click=lambda code=example.code: ui.clipboard.write(code)).props(
                'flat round dense size=sm aria-label="Copy the example"'
            )


def _markdown(text: str) -> None:
    """The server's text; it comes from plug-ins, so that nothing in it may act in the page."""
    if text:
        ui.markdown(text, sanitize=True).classes("markdown")
