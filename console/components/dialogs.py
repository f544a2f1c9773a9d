"""Dialogs of a page, such as one that asks before something is done."""

from __future__ import annotations

from nicegui import context, ui


def page_dialog() -> ui.dialog:
    """A dialog of the page itself: what it was opened from may be drawn anew, and would take it along."""
    with context.client:
        return ui.dialog()


async def confirm(question: str, explanation: str, yes: str) -> bool:
    """Ask whether to do something; gives the answer.

    Parameters:
        question: in one line.
        explanation: what it means, if that needs a word.
        yes: the words on the button that does it.
    """
    with page_dialog() as dialog, ui.card().classes("dialog"):
        ui.label(question).classes("card-title").props("role=heading")
        if explanation:
            ui.label(explanation)
        with ui.row().classes("dialog-buttons"):
            ui.button("Cancel", on_click=lambda: dialog.submit(False)).props("flat no-caps")
            ui.button(yes, on_click=lambda: dialog.submit(True)).props("no-caps unelevated autofocus")
    answer = await dialog
    dialog.delete()
    return bool(answer)
