"""Which requests the console answers."""

import pytest
from starlette.datastructures import Headers

from console.guard import refusal

OWN = {"host": "localhost:8180"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "127.0.0.1:8180"},
        {"host": "[::1]:8180"},
        {"host": "LOCALHOST"},
        {"host": "console.localhost:8180"},
        {"origin": "http://localhost:8180"},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
    ],
    ids=str,
)
def test_our_own_pages_and_programs_are_answered(headers: dict[str, str]) -> None:
    assert refusal(Headers(OWN | headers)) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "example.com"},
        {"host": "localhost.example.com"},
        {"host": "localhost:8180@example.com"},
        {"host": "192.168.0.1:8180"},
        {"host": ""},
        {"origin": "null"},
        {"origin": "http://localhost:8080"},
        {"origin": "https://localhost:8180"},
        {"origin": "http://127.0.0.1:8180"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
    ],
    ids=str,
)
def test_pages_of_others_are_refused(headers: dict[str, str]) -> None:
    assert refusal(Headers(OWN | headers))


def test_two_hosts_are_refused() -> None:
    assert refusal(Headers(raw=[(b"host", b"localhost"), (b"host", b"localhost")]))


def test_no_link_opens_a_web_socket() -> None:
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert refusal(Headers(OWN | followed), is_websocket=True)
