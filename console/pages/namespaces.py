"""The list of namespaces, and the page of one: its tabs are the modules of `namespace_tabs`."""

from __future__ import annotations

from nicegui import ui

from console import addresses
from console.calls import namespaces as calls
from console.calls.filters import FlowFilters
from console.calls.paged import Page
from console.components.search import Search
from console.components.table import Column, Row, Table
from console.frame import frame, page
from console.tabs import tab_bar, tabs_of
from console.view import View
from workbook.kestra.client import KestraClient

TABS = "console.pages.namespace_tabs"
COLUMNS = (Column("id", "Namespace", "link"), Column("places", "Go to"))
_PLACES = """<q-td :props="props"><span class="links">
<a v-for="place in props.value" :href="place.href" :aria-label="place.title + ' of ' + props.row.id">{{
place.title }}</a>
</span></q-td>"""


@page(addresses.NAMESPACES)
async def namespaces() -> None:
    """The list: `q`, `page` and `size` stay in its address."""
    async with frame("Namespaces", "Namespaces") as view:
        await NamespaceList(view).build()


@page("/ui/main/namespaces/edit/{namespace}")
async def namespace_start(namespace: str) -> None:
    """The namespace's first tab."""
    ui.navigate.to(addresses.namespace(namespace))


@page("/ui/main/namespaces/edit/{namespace}/{tab}")
async def namespace(namespace: str, tab: str) -> None:
    """The page of a namespace. As on Kestra's open-source server, any name has one.

    Parameters:
        namespace: its name.
        tab: key of the tab.
    """
    crumbs = [("Namespaces", addresses.NAMESPACES), (namespace, "")]
    async with frame(namespace, "Namespaces", crumbs) as view:
        address = addresses.namespace(namespace, "").rstrip("/")
        chosen = tab_bar(tabs_of(TABS), tab, address)
        await chosen.show(view, namespace)


class NamespaceList:
    """The namespaces that hold flows, and the way to any other.

    Parameters:
        view: of the page.
    """

    def __init__(self, view: View) -> None:
        self._search = Search(view, addresses.NAMESPACES, FlowFilters(of_flow=True), _find, self._show)

    async def build(self) -> None:
        """Build the page."""
        with ui.element("div").classes("toolbar"):
            self._search.words("Search namespaces")
            ui.space()
            other = ui.input(placeholder="Another namespace").props('outlined dense aria-label="Another namespace"')
            other.on("keydown.enter", lambda: _open(other.value))
            ui.button("Open", on_click=lambda: _open(other.value)).props("outline no-caps")
        self._table = Table(COLUMNS, "Namespaces")
        self._table.element.add_slot("body-cell-places", _PLACES)
        self._table.element.props('no-data-label="No namespace fits."')
        await self._search.start()
        ui.label("A namespace is listed once it holds a flow; any other can be opened by its name.").classes(
            "muted small"
        )

    def _show(self, rows: list[Row]) -> None:
        self._table.show(rows)


def _find(kestra: KestraClient, filters: FlowFilters, page: int, size: int) -> Page:
    found = calls.search(kestra, filters.text, page, size)
    return Page([_row(str(raw["id"])) for raw in found.rows], found.total)


def _open(name: str | None) -> None:
    if name and name.strip():
        ui.navigate.to(addresses.namespace(name.strip()))


def _row(name: str) -> dict[str, object]:
    places = [
        {"title": tab.title, "href": addresses.namespace(name, tab.key)}
        for tab in tabs_of(TABS)
        if tab.key in ("flows", "kv", "files")
    ]
    return {"id": name, "id_href": addresses.namespace(name), "places": places}
