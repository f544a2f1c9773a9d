"""HTTP sessions."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def session(url: str) -> requests.Session:
    """A session for an address. A proxy in the environment is not asked for services of this machine."""
    made = requests.Session()
    made.trust_env = urlsplit(url).hostname not in LOOPBACK
    return made
