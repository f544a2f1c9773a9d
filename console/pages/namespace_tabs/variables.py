"""What stands for variables of a namespace on the open-source server, which has none of its own."""

from __future__ import annotations

from nicegui import ui

from console import addresses
from console.tabs import Tab
from console.view import View

INSTEAD = (
    ("{{ kv('NAME') }}", "a pair of the namespace's KV Store"),
    ("{{ vars.name }}", "one of the flow's own `variables`"),
    ("{{ envs.name }}", "a variable of the server's environment, whose name begins with ENV_ there"),
    ("{{ globals.name }}", "a variable of the server's configuration"),
)


async def show(view: View, namespace: str) -> None:
    """Build the tab."""
    with ui.element("section").classes("card"):
        ui.label("Variables of a namespace belong to Kestra's Enterprise edition. In a flow, use instead:")
        with ui.element("table").classes("plain-table").style("margin:10px 0"):
            for expression, meaning in INSTEAD:
                with ui.element("tr"):
                    with ui.element("td"), ui.element("code"):
                        ui.label(expression)
                    with ui.element("td"):
                        ui.label(meaning)
        ui.link("Go to the KV Store", addresses.namespace(namespace, "kv"))


TAB = Tab("variables", "Variables", 60, show)
