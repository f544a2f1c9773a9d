"""HTTP sessions."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
IDLE_SECONDS = 3.0
"""Servers close a connection that is not used, the project's own after 5 s."""


def is_here(url: str) -> bool:
    """Whether an address is on this machine. A proxy in the environment is not asked for such an address."""
    return urlsplit(url).hostname in LOOPBACK


class FreshConnections(HTTPAdapter):
    """Sends nothing over a connection that has been idle.

    The server may close it at that very moment. A request is then lost, and only one that reads may be sent again.
    """

    _used = 0.0

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Send a request.

        Parameters:
            request, args, options: as of `HTTPAdapter.send`.
        """
        if time.monotonic() - self._used > IDLE_SECONDS:
            self.poolmanager.clear()
        self._used = time.monotonic()
        return super().send(request, *args, **options)


def session(url: str) -> requests.Session:
    """A session for an address."""
    http = requests.Session()
    http.trust_env = not is_here(url)
    for scheme in ("http://", "https://"):
        http.mount(scheme, FreshConnections())
    return http
