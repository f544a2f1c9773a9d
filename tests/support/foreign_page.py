"""Requests as a browser sends them for a page, and what a service answers to those of another site's page."""

import requests

FOREIGN = (
    {"Host": "rebound.example.com"},
    {"Host": "localhost.example.com:80"},
    {"Origin": "https://example.com"},
    {"Origin": "null"},
)
EMBEDDED = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
OWN = ({}, {"Host": "localhost"}, {"Origin": "http://localhost:8888"}, {"Sec-Fetch-Site": "same-site"})


def status(url: str, headers: dict[str, str], method: str = "GET") -> int:
    """The status of an answer, which never lets a page of another site read it."""
    answer = requests.request(method, url, headers=headers, timeout=30)
    assert not {name for name in answer.headers if name.lower().startswith("access-control-")}
    return answer.status_code


def assert_refused(url: str, own: int = 200) -> None:
    """Check that pages of other sites are refused, and programs and pages of this machine are not.

    Parameters:
        url: of a path that is harmless.
        own: status of the answer to a program.
    """
    for method in ("GET", "POST", "OPTIONS"):
        for headers in (*FOREIGN, EMBEDDED):
            assert status(url, headers, method) == 403, headers
    assert [status(url, headers) for headers in OWN] == [own] * len(OWN)
