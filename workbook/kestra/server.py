"""What records keep of the server that they come from, so that they can show themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

ReadLog = Callable[[str, str], Sequence[dict[str, Any]]]
"""Gives the log of a task run, by the ids of its execution and of itself, as the API's JSON."""


@dataclass(frozen=True)
class Server:
    """A server, as its records know it.

    Attributes:
        url: its address without a path.
        has_ui: whether it has a user interface to lead to. The embedded stack has none: `/ui` answers 404 there.
        read_log: None if there is nobody to ask.
    """

    url: str = ""
    has_ui: bool = False
    read_log: ReadLog | None = None

    def page(self, path: str) -> str:
        """The address of a page of the user interface."""
        return f"{self.url}/ui/main/{path}"

    def link(self, address: str) -> str | None:
        """An address of the user interface, or None where it would lead nowhere."""
        return address if self.has_ui else None


def of(server: Server | str) -> Server:
    """A server, also by its address alone."""
    return server if isinstance(server, Server) else Server(server)
