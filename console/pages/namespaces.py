"""The list of namespaces, and the page of one: its tabs are the modules of `namespace_tabs`."""

from __future__ import annotations

from nicegui import events, ui

from console import addresses
from console.calls import namespaces as calls
from console.components.address import Address
from console.components.table import SIZES, Column, Pager, Table
from console.frame import frame, page
from console.tabs import tab_bar, tabs_of
from console.view import View

TABS = "console.pages.namespace_tabs"
COLUMNS = (Column("id", "Namespace", "link"), Column("places", "Go to"))
_PLACES = """<q-td :props="props"><span class="links">
<a v-for="place in props.value" :href="place.href" :aria-label="place.title + ' of ' + props.row.id">{{
place.title }}</a>
</span></q-td>"""


@page("/ui/main/namespaces")
async def namespaces(q: str = "", page: int = 1, size: int = SIZES[0]) -> None:
    """The list.

    Parameters:
        q: a part of the names.
        page, size: which rows.
    """
    async with frame("Namespaces", "Namespaces") as view:
        await NamespaceList(view, q, max(page, 1), size if size in SIZES else SIZES[0]).build()


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
    """The namespaces that hold flows, and the way to any other."""

    def __init__(self, view: View, text: str, page: int, size: int) -> None:
        self._view = view
        self._address = Address(addresses.NAMESPACES, {"q": text})
        self._page, self._size = page, size

    async def build(self) -> None:
        """Build the page."""
        with ui.element("div").classes("toolbar"):
            search = ui.input(placeholder="Search namespaces", value=self._address.values["q"], on_change=self._search)
            search.props('outlined dense clearable debounce=250 aria-label="Search namespaces" type=search')
            search.classes("grow")
            ui.space()
            other = ui.input(placeholder="Another namespace").props('outlined dense aria-label="Another namespace"')
            other.on("keydown.enter", lambda: _open(other.value))
            ui.button("Open", on_click=lambda: _open(other.value)).props("outline no-caps")
        self._table = Table(COLUMNS, "Namespaces")
        self._table.element.add_slot("body-cell-places", _PLACES)
        self._table.element.props('no-data-label="No namespace fits."')
        self._pager = Pager(self._turn)
        ui.label("A namespace is listed once it holds a flow; any other can be opened by its name.").classes(
            "muted small"
        )
        await self._turn(self._page, self._size)

    async def _search(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        self._address.change(q=event.value or "")
        await self._turn(1, self._size)

    async def _turn(self, page: int, size: int) -> None:
        self._page, self._size = page, size
        found = await self._view.ask(calls.search, self._view.kestra, self._address.values["q"], page, size)
        self._table.show([_row(str(raw["id"])) for raw in found.rows])
        self._pager.show(page, size, found.total)


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
