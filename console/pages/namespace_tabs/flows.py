"""The flows of a namespace, and of those inside of it."""

from __future__ import annotations

from nicegui import ui

from console import addresses
from console.calls import flows as calls
from console.components.table import SIZES, Column, Pager, Table
from console.tabs import Tab
from console.view import View

COLUMNS = (
    Column("id", "Id", "link"),
    Column("namespace", "Namespace"),
    Column("revision", "Revision", narrow=True),
    Column("triggers", "Triggers", narrow=True),
)


async def show(view: View, namespace: str) -> None:
    """Build the tab."""
    table = Table(COLUMNS, "Flows", key="key")
    table.element.props('no-data-label="This namespace has no flow."')

    async def turn(page: int, size: int) -> None:
        """Show a page of the list."""
        found = await view.ask(calls.search, view.kestra, "", namespace, page, size)
        table.show([_row(raw) for raw in found.rows])
        pager.show(page, size, found.total)

    pager = Pager(turn)
    await turn(1, SIZES[0])
    ui.link("All flows", f"{addresses.FLOWS}?namespace={namespace}")


def _row(raw: dict[str, object]) -> dict[str, object]:
    name, flow_id = str(raw["namespace"]), str(raw["id"])
    triggers = raw.get("triggers")
    return {
        "key": f"{name}/{flow_id}",
        "id": flow_id,
        "id_href": addresses.flow(name, flow_id, "overview"),
        "namespace": name,
        "revision": raw.get("revision"),
        "triggers": ", ".join(trigger["id"] for trigger in triggers) if isinstance(triggers, list) else "",
    }


TAB = Tab("flows", "Flows", 20, show)
