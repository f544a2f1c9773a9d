"""The part of a page's state that stays in its address: filters and the page of a list."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from nicegui import ui


class Address:
    """The address of a page with its query.

    Parameters:
        path: of the page.
        values: of the query; empty ones are not shown.

    Attributes:
        values: of the query now.
    """

    def __init__(self, path: str, values: Mapping[str, str]) -> None:
        self._path = path
        self.values = dict(values)

    def __str__(self) -> str:
        shown = {name: value for name, value in self.values.items() if value}
        return f"{self._path}?{urlencode(shown)}" if shown else self._path

    def change(self, **values: str) -> None:
        """Change values, and show the new address in the browser without loading the page anew."""
        self.values |= values
        ui.navigate.history.replace(str(self))
