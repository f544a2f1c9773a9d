"""Downloads a file completely, or reports why not."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import requests
from urllib3.exceptions import HTTPError

TRIES = 3
PAUSE_SECONDS = 1.0
TIMEOUT_SECONDS = (10, 60)
SECONDS_AT_MOST = 3600
"""For the whole of a file: the timeout of a read does not help against a server that trickles."""
CHUNK = 1 << 20

log = logging.getLogger(__name__)


class SetError(Exception):
    """A set cannot be ingested; the message says why."""


class _Passing(Exception):
    """The problem may be temporary."""


def fetch(url: str, file: Path) -> None:
    """Download a URL to a file. Temporary problems, such as a lost connection, are retried.

    Raises:
        SetError: there is no such file, or it did not arrive whole.
    """
    for attempt in range(1, TRIES + 1):
        try:
            return _fetch(url, file)
        except _Passing as problem:
            if attempt == TRIES:
                raise SetError(f"{url}: {problem}, {TRIES} times in a row") from problem
            log.warning("%s: %s; again in %.0f s", url, problem, PAUSE_SECONDS * attempt)
            time.sleep(PAUSE_SECONDS * attempt)
    return None


def _fetch(url: str, file: Path) -> None:
    try:
        with requests.get(url, stream=True, timeout=TIMEOUT_SECONDS) as answer:
            if answer.status_code >= 500 or answer.status_code == 429:
                raise _Passing(f"the server answered {answer.status_code}")
            if answer.status_code != 200:
                raise SetError(f"{url}: the server answered {answer.status_code} {answer.reason}: check the address")
            with file.open("wb") as target:
                target.writelines(_pieces(url, answer))
    except (requests.ConnectionError, requests.Timeout, HTTPError) as error:
        raise _Passing(f"the connection was lost or not made ({error})") from error
    except requests.RequestException as error:
        raise SetError(f"{url}: {error}") from error


def _pieces(url: str, answer: requests.Response) -> Iterator[bytes]:
    end = time.monotonic() + SECONDS_AT_MOST
    while piece := answer.raw.read1(CHUNK, decode_content=True):  # what is there, and not a whole chunk
        yield piece
        if time.monotonic() > end:
            raise SetError(f"{url}: it was not complete after {SECONDS_AT_MOST:,} s")
