"""Keeps web pages of other sites away from a service that a learner's browser can reach.

A page may send requests to any port of this machine, and a name that its owner points at the loopback address makes
the browser take that port for the page's own site (DNS rebinding). Browsers tell on both: `Origin` and `Sec-Fetch-Site`
name the page's site, `Host` names the name that was looked up. Programs send neither `Origin` nor `Sec-Fetch-Site`.

Source: https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[^\s:/?#@\[\]]{1,253})(?::\d{0,5})?")
_LOOPBACK_NAME = "localhost"

Refusal = Callable[[str], ASGIApp]


@dataclass(frozen=True)
class KnownHosts:
    """The names and addresses under which a service is reached.

    Attributes:
        names: host names besides `localhost` and its subdomains, which always lead to this machine.
        every_address: whether any IP address counts, as it must where a service listens beyond loopback. No page can
            point an address elsewhere; only a name can be.
    """

    names: frozenset[str] = frozenset()
    every_address: bool = False

    @classmethod
    def of(cls, listen_host: str, names: Iterable[str] = ()) -> KnownHosts:
        """The hosts of a service.

        Parameters:
            listen_host: the address that it listens on.
            names: by which others reach it, such as that of its container.
        """
        return cls(frozenset(name.lower() for name in names), not _is_loopback(listen_host))

    def known(self, host: str) -> bool:
        """Whether a host without its port is one of these."""
        name = host.lower().removesuffix(".")
        if name in self.names or name == _LOOPBACK_NAME or name.endswith(f".{_LOOPBACK_NAME}"):
            return True
        return _is_loopback(name) or (self.every_address and _address(name) is not None)

    def refusal(self, headers: Headers) -> str | None:
        """Why a request is refused; None for one that did not come from another site's page.

        Parameters:
            headers: of the request.
        """
        for host in headers.getlist("host"):
            match = _HOST.fullmatch(host)
            if not match or not self.known(match["name"].strip("[]")):
                return f"Host {host[:80]!r} is not a name of this service: use localhost"
        for origin in headers.getlist("origin"):
            if not self._has_known_host(origin):
                return (
                    f"Origin {origin[:80]!r} is a page of another site: only programs and pages of this machine may ask"
                )
        if headers.get("sec-fetch-site") == "cross-site" and not _follows_link(headers):
            return (
                "Sec-Fetch-Site: cross-site is a page of another site: only programs and pages of this machine may ask"
            )
        return None

    def _has_known_host(self, origin: str) -> bool:
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and bool(parts.hostname) and self.known(parts.hostname or "")


class BrowserGuard:
    """ASGI middleware that answers 403 to what pages of other sites send, before anything reads the request.

    Parameters:
        app: the application.
        hosts: under which the service is reached.
        refuse: makes the answer from the reason, in the form of the service's errors; plain text by default.
    """

    def __init__(self, app: ASGIApp, hosts: KnownHosts | None = None, refuse: Refusal | None = None) -> None:
        self._app = app
        self._hosts = hosts or KnownHosts()
        self._refuse = refuse or _plain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        reason = self._hosts.refusal(Headers(scope=scope)) if scope["type"] == "http" else None
        app = self._app if reason is None else self._refuse(reason)
        await app(scope, receive, send)


def _follows_link(headers: Headers) -> bool:
    """Whether the browser opens the address in a tab, rather than in a page's frame or as a part of it."""
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest", "document") == "document"


def _plain(reason: str) -> ASGIApp:
    # The body was not read: the connection must not be used again.
    return PlainTextResponse(reason, HTTPStatus.FORBIDDEN, {"Connection": "close"})


def _is_loopback(name: str) -> bool:
    address = _address(name)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.is_loopback
    return address is not None and address.is_loopback


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
