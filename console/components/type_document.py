"""The documentation of a type, as its schema makes it: for its page, and beside the editor."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui

from console import addresses
from console.calls import plugins as calls
from console.calls.plugins import Document, Property
from console.view import View
from workbook.errors import WorkbookError
from workbook.kestra.errors import ApiError

OF_EVERY_TASK = (
    "Other properties are refused. Those of every task, such as description, timeout and retry, are not listed here."
)


class TypePanel:
    """The documentation of the last type that the cursor was in.

    Parameters:
        view: of the page.
    """

    def __init__(self, view: View) -> None:
        self._view, self._shown, self._wanted = view, "", ""
        with (
            ui.element("aside").classes("card type-panel").props('aria-label="Documentation" tabindex=0') as self._panel
        ):
            ui.label(
                "Put the cursor into a task or a trigger, and its type is documented here. "
                "Types, properties and values are proposed while you type, or with Ctrl+Space."
            ).classes("muted")

    async def show(self, type_name: str) -> None:
        """Show the documentation of a type. It stays where there is none, and while the server does not answer.

        Parameters:
            type_name: in full, or empty.
        """
        self._wanted = type_name or self._wanted
        if self._wanted == self._shown:
            return
        try:
            document = await read_document(self._view, type_name)
        except WorkbookError:
            return  # the page's banner tells
        if type_name != self._wanted:
            return  # the cursor has moved on
        self._shown = type_name
        self._panel.clear()
        with self._panel:
            show_document(type_name, document)


async def read_document(view: View, type_name: str) -> Document | None:
    """Read the documentation of a type; None if the server does not have the type.

    Parameters:
        view: of the page.
        type_name: in full.

    Raises:
        WorkbookError: the server does not answer.
    """
    try:
        return await view.ask(calls.document, view.kestra, type_name)
    except ApiError as error:
        if error.status != 404:
            raise
        return None


def show_document(type_name: str, document: Document | None) -> None:
    """Show it.

    Parameters:
        type_name: in full.
        document: None if the server does not have the type.
    """
    if document is None:
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
