"""One HTTP session to Kestra: addresses, password, timeouts, and answers that are errors turned into exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import requests
from urllib3.util.retry import Retry

from workbook.errors import ServerDown, WrongPassword
from workbook.kestra.errors import ApiError
from workbook.kestra.form import ApiForm, form_of
from workbook.kestra.server import Server
from workbook.web import FreshConnections, session

CONNECT_SECONDS = 5.0
READ_SECONDS = 60.0


class Http:
    """A session below `/api/v1/main` of one server.

    Parameters:
        url: the server's address without a path.
        username, password: basic authentication.
        stack: names the remedy when the server is down.
        read_timeout: seconds without a byte after which a call is given up.
    """

    def __init__(
        self, url: str, username: str, password: str, stack: str = "embedded", read_timeout: float = READ_SECONDS
    ) -> None:
        self.url = url.rstrip("/")
        self.stack = stack
        self.read_timeout = read_timeout
        self._username, self._password = username, password
        self._session = session(self.url)
        self._session.auth = (username, password)
        # Reading twice is harmless; a request that changes something is never repeated.
        again = Retry(total=2, connect=0, read=2, status=0, backoff_factor=0.1, allowed_methods={"GET"})
        self._session.mount("http://", FreshConnections(max_retries=again))
        self._session.mount("https://", FreshConnections(max_retries=again))

    def call(self, method: str, path: str, *, root: str = "/api/v1/main", **options: Any) -> requests.Response:
        """Send a request and return the answer.

        Parameters:
            method: the HTTP method.
            path: the path below `root`.
            root: what all paths of the API begin with.
            options: as of `requests.request` (params, json, data, files, headers, stream, timeout).

        Raises:
            ServerDown: no answer, or none in time.
            WrongPassword: 401.
            ApiError: any other error of the server.
        """
        options.setdefault("timeout", (CONNECT_SECONDS, self.read_timeout))
        with self.failures():
            answer = self._session.request(method, f"{self.url}{root}{path}", **options)
        if answer.status_code == requests.codes.unauthorized:
            raise WrongPassword("Kestra", self.url, self._username, "KESTRA_USERNAME and KESTRA_PASSWORD")
        if not answer.ok:
            raise error_of(answer)
        return answer

    def json(self, method: str, path: str, **options: Any) -> Any:
        """Send a request and return the answer's JSON, or None for an empty answer.

        Parameters:
            method, path, options: as of `call`, which also says what is raised.
        """
        answer = self.call(method, path, **options)
        return answer.json() if answer.content else None

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Turn what goes wrong on the way into `ServerDown`; also for an answer that is read piece by piece."""
        try:
            yield
        except requests.Timeout as error:
            raise ServerDown("Kestra", self.url, "it took too long", self.stack) from error
        except requests.ConnectionError as error:
            raise ServerDown("Kestra", self.url, "no connection", self.stack) from error
        except requests.exceptions.ChunkedEncodingError as error:
            raise ServerDown("Kestra", self.url, "it broke off in the middle of an answer", self.stack) from error

    @cached_property
    def version(self) -> str:
        """The server's version; empty if it does not tell."""
        try:
            return str(self.json("GET", "/configs", root="/api/v1").get("version", ""))
        except ApiError:
            return ""

    @cached_property
    def form(self) -> ApiForm:
        """The form of the server's API."""
        return form_of(self.version, self.json)

    @property
    def server(self) -> Server:
        """What records keep of this server."""
        return Server(self.url, self._read_log)

    def _read_log(self, execution_id: str, task_run_id: str) -> list[dict[str, Any]]:
        params = self.form.log_filters("INFO", task_run=task_run_id)
        lines: list[dict[str, Any]] = self.json("GET", f"/logs/{execution_id}", params=params)
        return lines

    def mask(self, text: str) -> str:
        """A text without this session's password, as Kestra masks secrets."""
        return text.replace(self._password, "******") if self._password else text

    def close(self) -> None:
        """Close the session's connections."""
        self._session.close()


def error_of(answer: requests.Response) -> ApiError:
    """The server's error: its message and the single errors that it lists."""
    try:
        body = answer.json()
    except requests.JSONDecodeError:
        body = {}
    if not isinstance(body, dict):
        body = {"message": str(body)}
    errors = body.get("_embedded", {}).get("errors", [])
    reason = body.get("message") or answer.reason or "no reason given"
    return ApiError(answer.status_code, reason, [_detail(entry) for entry in errors if entry.get("message")])


def _detail(error: dict[str, str]) -> str:
    path, message = error.get("path"), error["message"]
    return f"{path}: {message}" if path and path not in message else message
