"""The secrets that flows of a namespace can read, by their names: no value ever leaves the server."""

from __future__ import annotations

from nicegui import events, ui

from console.calls import namespaces as calls
from console.components.table import SIZES, Column, Pager, Table
from console.tabs import Tab
from console.view import View

COLUMNS = (Column("key", "Secret", "code"), Column("expression", "In a flow", "code", narrow=True))


async def show(view: View, namespace: str) -> None:
    """Build the tab."""
    wanted = {"text": ""}
    with ui.element("div").classes("toolbar"):

        async def search(event: events.ValueChangeEventArguments[str | None]) -> None:
            """Show the names with what was typed."""
            wanted["text"] = event.value or ""
            await turn(1, SIZES[0])

        field = ui.input(placeholder="Search secrets", on_change=search).classes("grow")
        field.props('outlined dense clearable debounce=250 aria-label="Search secrets" type=search')
    table = Table(COLUMNS, "Secrets", key="key")
    table.element.props('no-data-label="No secret fits."')

    async def turn(page: int, size: int) -> None:
        """Show a page of the list."""
        found = await view.ask(calls.secrets, view.kestra, namespace, wanted["text"], page, size)
        table.show([{"key": row["key"], "expression": f"{{{{ secret('{row['key']}') }}}}"} for row in found.rows])
        pager.show(page, size, found.total)

    pager = Pager(turn)
    await turn(1, SIZES[0])
    ui.label(
        "The open-source server reads secrets from its environment (SECRET_ and the name, encoded in Base64) when it "
        "starts; here they can be looked at by name only."
    ).classes("muted")


TAB = Tab("secrets", "Secrets", 50, show)
