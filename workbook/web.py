"""HTTP sessions."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_here(url: str) -> bool:
    """Whether an address is on this machine. A proxy in the environment is not asked for such an address."""
    return urlsplit(url).hostname in LOOPBACK


def session(url: str) -> requests.Session:
    """A session for an address."""
    http = requests.Session()
    http.trust_env = not is_here(url)
    return http
