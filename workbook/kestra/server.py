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
        read_log: None if there is nobody to ask.
    """

    url: str = ""
    read_log: ReadLog | None = None

    def page(self, path: str) -> str:
        """The address of a page: of Kestra's user interface, or of the console of the embedded stack."""
        return f"{self.url}/ui/main/{path}"

    def link(self, address: str) -> str | None:
        """The address of a page as a link, or None for a server without an address.

        Nobody is asked whether there are screens: where the embedded stack runs without its console, the page says how
        to start it.
        """
        return address if self.url else None


def of(server: Server | str) -> Server:
    """A server, also by its address alone."""
    return server if isinstance(server, Server) else Server(server)
