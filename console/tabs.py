"""Pages with tabs: each tab is a module of a package, with a `TAB`; its address ends with the tab's key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from nicegui import ui

from console.view import View


@dataclass(frozen=True)
class Tab:
    """A tab.

    Attributes:
        key: the last part of its address, as in Kestra's own UI.
        title: as it is shown.
        order: its place; the least is first.
        show: builds its content from the view and from what the page is about (a flow, an execution, a namespace).
    """

    key: str
    title: str
    order: int
    show: Callable[[View, Any], Awaitable[None]]


@cache
def tabs_of(package: str) -> Sequence[Tab]:
    """The tabs that the modules of a package have, in order.

    Parameters:
        package: such as `console.pages.flow_tabs`.
    """
    places = import_module(package).__path__
    modules = [import_module(f"{package}.{module.name}") for module in iter_modules(places)]
    return sorted((module.TAB for module in modules if hasattr(module, "TAB")), key=lambda tab: tab.order)


def tab_bar(tabs: Sequence[Tab], chosen: str, address: str) -> Tab:
    """Show the tabs as links, and give the chosen one; the first one if there is none of this key.

    Parameters:
        tabs: all of them.
        chosen: the key in the address.
        address: of the page without a tab.
    """
    current = next((tab for tab in tabs if tab.key == chosen), tabs[0])
    with ui.element("nav").props('aria-label="Tabs"').classes("tabs"):
        for tab in tabs:
            link = ui.link(tab.title, f"{address}/{tab.key}").classes("tab")
            if tab is current:
                link.props('aria-current="page"')
    return current
