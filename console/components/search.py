"""A list that the server searches: filters that stay in the address, and one page of rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Generic, TypeVar

from nicegui import context, events, ui
from nicegui.elements.mixins.value_element import ValueElement

from console.calls import flows as flow_calls
from console.calls.filters import PERIODS, FlowFilters
from console.calls.paged import Page
from console.components.address import Address
from console.components.table import SIZES, Pager
from console.view import View
from workbook.kestra.client import KestraClient

REFRESH_SECONDS = 2.0
TYPING_MILLIS = 250
_QUERY = {"text": "q"}
"""Filters that have another name in the address."""

F = TypeVar("F", bound=FlowFilters)


class Search(Generic[F]):
    """The filters of a list, which page of it is shown, and the fields to change both.

    Parameters:
        view: of the page.
        path: of the page, for its address.
        default: the filters of an address without a query; those of one flow have no field for it.
        find: asks the server for a page: filters, number of the page, rows a page.
        show: shows its rows.

    Attributes:
        filters: those of the address.
    """

    def __init__(
        self,
        view: View,
        path: str,
        default: F,
        find: Callable[[KestraClient, F, int, int], Page],
        show: Callable[[list[dict[str, Any]]], None],
    ) -> None:
        query = context.client.request.query_params
        self._view, self._default, self._find, self._show = view, default, find, show
        self._names = [field.name for field in fields(default) if field.name != "of_flow"]
        if default.of_flow:
            self._names = [name for name in self._names if name not in ("namespace", "flow")]
        asked: dict[str, Any] = {
            name: query[_QUERY.get(name, name)] for name in self._names if _QUERY.get(name, name) in query
        }
        self.filters = replace(default, **asked)
        self._page = max(_number(query.get("page"), 1), 1)
        self._size = next((size for size in SIZES if size == _number(query.get("size"), 0)), SIZES[0])
        self._address = Address(path, {})

    def text(self, name: str, title: str) -> ui.input:
        """A field for a filter of free text.

        Parameters:
            name: of the filter.
            title: of the field.
        """
        field = ui.input(title, value=getattr(self.filters, name), on_change=self._change(name))
        return field.props(f"outlined dense clearable debounce={TYPING_MILLIS}")

    def words(self, title: str) -> ui.input:
        """The field in which words to search for are typed.

        Parameters:
            title: what it searches.
        """
        field = ui.input(placeholder=title, value=self.filters.text, on_change=self._change("text"))
        field.props(f'outlined dense clearable debounce={TYPING_MILLIS} type=search aria-label="{title}"')
        return field.classes("grow")

    def choice(
        self, name: str, title: str, options: Sequence[str] | Mapping[str, str], several: bool = False
    ) -> ValueElement[Any]:
        """A field for a filter that has few values. One that has no default can be cleared.

        Parameters:
            name: of the filter.
            title: of the field.
            options: the values, or their words.
            several: whether more than one can be chosen.
        """
        value, default = getattr(self.filters, name), getattr(self._default, name)
        known = dict(options) if isinstance(options, Mapping) else list(options)
        now: Any = [one for one in value.split(",") if one in known] if several else value
        if not several and value not in known:
            now = default or None
        field = ui.select(
            known, value=now, label=title, multiple=several, clearable=not default, on_change=self._change(name)
        )
        return field.props("outlined dense options-dense")

    async def flow_fields(self) -> None:
        """Fields for namespace and flow, where the list is not of one flow."""
        if self._default.of_flow:
            return
        namespaces = await self._view.ask(flow_calls.namespaces, self._view.kestra)
        self.choice("namespace", "Namespace", sorted({*namespaces, self.filters.namespace} - {""}))
        self.text("flow", "Flow")

    def period(self) -> None:
        """A field for how far back."""
        self.choice("period", "Period", PERIODS)

    async def start(self) -> None:
        """Put the pages' line below the list, show its rows, and keep them up to date."""
        self._pager = Pager(self._turn)
        await self.refresh()
        self._view.every(REFRESH_SECONDS, self.refresh)

    async def refresh(self) -> None:
        """Read the rows from the server."""
        asked = (self.filters, self._page, self._size)
        found = await self._view.ask(self._find, self._view.kestra, *asked)
        if asked != (self.filters, self._page, self._size):
            return  # a later search is under way
        self._show(found.rows)
        self._pager.show(self._page, self._size, found.total)

    def _change(self, name: str) -> Callable[[events.ValueChangeEventArguments[Any]], Any]:
        """What to do when a filter is changed."""

        async def change(event: events.ValueChangeEventArguments[Any]) -> None:
            """Take the new value, and show the first page."""
            value = ",".join(event.value) if isinstance(event.value, list) else event.value or ""
            changes: dict[str, Any] = {name: value}
            self.filters = replace(self.filters, **changes)
            await self._turn(1, self._size)

        return change

    async def _turn(self, page: int, size: int) -> None:
        """Show another page, and keep it in the address, which has what differs from the default alone."""
        self._page, self._size = page, size
        values = {name: getattr(self.filters, name) for name in self._names}
        query = {
            _QUERY.get(name, name): "" if value == getattr(self._default, name) else value
            for name, value in values.items()
        }
        query["page"] = "" if page == 1 else str(page)
        query["size"] = "" if size == SIZES[0] else str(size)
        self._address.change(**query)
        await self.refresh()


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < len("1000000000") else default
