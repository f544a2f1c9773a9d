"""The text of a flow: edit it, look at the difference, save it."""

from __future__ import annotations

from nicegui import ui

from console import addresses
from console.calls import flows as calls
from console.components.dialogs import page_dialog
from console.components.difference import difference
from console.components.flow_editor import FlowEditor
from console.tabs import Tab
from console.view import View, tell
from workbook.kestra.models import Flow


async def show(view: View, flow: Flow) -> None:
    """Build the tab."""
    with ui.element("div").classes("page-head"):
        ui.label("The engine checks while you type. Ctrl+S saves.").classes("muted")
        ui.space()
        save = ui.button("Save", icon="save").props("unelevated no-caps data-save")
    editor = FlowEditor(view, flow.source, str(flow.full_id))

    async def ask_and_save() -> None:
        """Show what would change, and save it if that is wanted."""
        if not editor.changed:
            tell("Nothing has changed.")
            return
        if not await _agreed(editor.saved, editor.text, flow.revision + 1):
            return
        text = editor.text
        stored = await view.attempt(calls.update, view.kestra, flow.full_id, text)
        if stored is not None:
            editor.mark_saved(text)
            tell(f"Revision {stored.revision} is saved")
            ui.navigate.to(addresses.flow(stored.namespace, stored.id, "edit"))

    save.on_click(ask_and_save)


async def _agreed(before: str, after: str, revision: int) -> bool:
    with page_dialog() as dialog, ui.card().classes("dialog dialog-wide"):
        ui.label(f"Save as revision {revision}?").classes("card-title")
        difference(before, after)
        with ui.row().classes("dialog-buttons"):
            ui.button("Cancel", on_click=lambda: dialog.submit(False)).props("flat no-caps")
            ui.button("Save", on_click=lambda: dialog.submit(True)).props("unelevated no-caps autofocus")
    answer = await dialog
    dialog.delete()
    return bool(answer)


TAB = Tab("edit", "Edit", 40, show)
