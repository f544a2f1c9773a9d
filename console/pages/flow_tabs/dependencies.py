"""The flows that a flow starts, or that start it."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from console import addresses
from console.calls import flows as calls
from console.components import marks
from console.components.pictures import picture
from console.components.table import Column, Table
from console.tabs import Tab
from console.view import View
from workbook.kestra.models import Flow
from workbook.pictures.dependencies import dependencies

RELATIONS = {"FLOW_TRIGGER": "starts by a trigger", "FLOW_TASK": "starts by a task"}
COLUMNS = (
    Column("source", "Flow", "link"),
    Column("relation", "Relation"),
    Column("target", "Flow", "link"),
)


async def show(view: View, flow: Flow) -> None:
    """Build the tab."""
    found = await view.ask(calls.dependencies, view.kestra, flow.full_id)
    nodes = {node["uid"]: node for node in found["nodes"]}
    edges = [edge for edge in found["edges"] if edge["source"] in nodes and edge["target"] in nodes]
    if not edges:
        marks.empty("No other flow starts this one, and it starts none.")
        return
    names = {uid: f"{node['namespace']}/{node['id']}" for uid, node in nodes.items()}
    arrows = [(names[edge["source"]], names[edge["target"]], _words(edge)) for edge in edges]
    picture(dependencies(str(flow.full_id), arrows))
    with ui.element("div").style("margin-top:14px"):
        table = Table(COLUMNS, "Dependencies")
    table.show([_row(number, edge, nodes) for number, edge in enumerate(edges)])


def _words(edge: dict[str, Any]) -> str:
    relation = edge.get("relation") or ""
    return RELATIONS.get(relation, relation.lower().replace("_", " "))


def _row(number: int, edge: dict[str, Any], nodes: dict[str, dict[str, Any]]) -> dict[str, Any]:
    row: dict[str, Any] = {"id": number, "relation": _words(edge)}
    for end in ("source", "target"):
        node = nodes[edge[end]]
        row[end] = f"{node['namespace']}/{node['id']}"
        row[f"{end}_href"] = addresses.flow(node["namespace"], node["id"], "dependencies")
    return row


TAB = Tab("dependencies", "Dependencies", 90, show)
