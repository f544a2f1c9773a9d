"""Which requests a service takes for those of another site's page."""

import asyncio
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp

from embedded.shared.browser_guard import BrowserGuard, KnownHosts

LOOPBACK = KnownHosts.of("127.0.0.1")
CONTAINER = KnownHosts.of("0.0.0.0", ["aws", "storage.googleapis.com"])
OWN = [
    "localhost",
    "LocalHost",
    "localhost.",
    "bucket.localhost",
    "127.0.0.1",
    "127.0.0.2",
    "[::1]",
    "[::ffff:127.0.0.1]",
]
FOREIGN = ["example.com", "localhost.example.com", "127.0.0.1.example.com", "notlocalhost", "kestra", "2130706433"]
ADDRESSES = ["192.0.2.1", "[2001:db8::1]"]
MALFORMED = ["", " ", "a b", "localhost:80:80", "[::1", "user@localhost", "localhost:port", "local/host", "a" * 254]


def refused(hosts: KnownHosts, **headers: str) -> bool:
    return hosts.refusal(Headers({name.replace("_", "-"): value for name, value in headers.items()})) is not None


@pytest.mark.parametrize("port", ["", ":8080", ":"])
@pytest.mark.parametrize("host", OWN)
def test_names_and_addresses_of_loopback_are_known(host: str, port: str) -> None:
    assert not refused(LOOPBACK, host=host + port)
    assert not refused(CONTAINER, host=host + port)


@pytest.mark.parametrize("host", [*FOREIGN, *MALFORMED])
def test_another_name_is_refused_wherever_the_service_listens(host: str) -> None:
    assert refused(LOOPBACK, host=host)
    assert refused(CONTAINER, host=host)


@pytest.mark.parametrize("host", [*ADDRESSES, "aws", "storage.googleapis.com:443"])
def test_a_container_is_known_by_its_names_and_by_any_address(host: str) -> None:
    assert refused(LOOPBACK, host=host)
    assert not refused(CONTAINER, host=host)


@pytest.mark.parametrize("host", OWN)
def test_a_page_of_this_machine_is_let_in(host: str) -> None:
    assert not refused(LOOPBACK, host="localhost:6333", origin=f"http://{host}:8888")
    assert not refused(LOOPBACK, host="localhost:6333", origin=f"https://{host}")


@pytest.mark.parametrize(
    "origin",
    ["null", "file://", "http://", "http://[", "chrome-extension://abc", "ftp://localhost"]
    + [f"https://{host}" for host in [*FOREIGN, *ADDRESSES]],
)
def test_a_page_of_another_site_is_refused(origin: str) -> None:
    assert refused(LOOPBACK, host="localhost:6333", origin=origin)


def test_a_second_header_is_checked_too() -> None:
    both = Headers(raw=[(b"host", b"localhost"), (b"origin", b"http://localhost"), (b"origin", b"http://example.com")])
    assert LOOPBACK.refusal(both)


@pytest.mark.parametrize(
    ("site", "mode", "dest", "is_refused"),
    [
        ("cross-site", "no-cors", "image", True),
        ("cross-site", "cors", "empty", True),
        ("cross-site", "navigate", "iframe", True),
        ("cross-site", "navigate", "document", False),
        ("same-site", "no-cors", "image", False),
        ("same-origin", "cors", "empty", False),
        ("none", "navigate", "document", False),
    ],
)
def test_what_a_page_embeds_is_refused_but_a_link_works(site: str, mode: str, dest: str, is_refused: bool) -> None:
    headers = {"sec_fetch_site": site, "sec_fetch_mode": mode, "sec_fetch_dest": dest}
    assert refused(LOOPBACK, host="localhost", **headers) is is_refused


def test_a_program_needs_no_header() -> None:
    assert LOOPBACK.refusal(Headers({})) is None


@pytest.mark.parametrize("headers", [{"host": "example.com"}, {"origin": "http://example.com"}])
def test_the_reason_names_the_header_and_what_is_allowed(headers: dict[str, str]) -> None:
    reason = LOOPBACK.refusal(Headers(headers)) or ""
    assert next(iter(headers.values())) in reason
    assert "localhost" in reason or "this machine" in reason


def test_the_guard_refuses_before_the_application_sees_the_request() -> None:
    status, body = answer(BrowserGuard(_never), {"host": "example.com"})
    assert status == 403
    assert b"example.com" in body


def test_the_guard_answers_in_the_form_of_the_service() -> None:
    guard = BrowserGuard(_never, KnownHosts(), lambda reason: JSONResponse({"message": reason}, 403))
    assert answer(guard, {"host": "localhost", "origin": "null"})[1].startswith(b'{"message":"Origin')


def test_the_guard_lets_others_pass() -> None:
    assert answer(BrowserGuard(PlainTextResponse("here")), {"host": "localhost:80"}) == (200, b"here")


async def _never(*_: Any) -> None:
    raise AssertionError("the application was called")


def answer(app: ASGIApp, headers: dict[str, str]) -> tuple[int, bytes]:
    """Status and body of the answer to a POST."""
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("the body was read")

    asyncio.run(app({"type": "http", "method": "POST", "path": "/", "headers": raw}, receive, send))
    return sent[0]["status"], sent[1]["body"]
