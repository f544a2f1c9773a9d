"""Connections to ClickHouse over HTTP: JDBC addresses, streamed results, cancelling, and error messages."""

import io
import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.exceptions import ClickHouseError
from clickhouse_connect.driver.httpclient import HttpClient

from embedded.services.kestra.tasks.bridge import READ_BYTES, Task, TaskError

URL = re.compile(r"jdbc:(?:clickhouse|ch):(?:(?P<interface>https?):)?(?P<rest>//.*)?", re.IGNORECASE)
RESULT_FORMAT = "JSONCompactEachRowWithNamesAndTypes"
SETTING_PREFIX = "clickhouse_setting_"
CONNECT_TIMEOUT_SECONDS = 10
STATEMENT_TIMEOUT_SECONDS = 7 * 24 * 3600
"""A statement may take as long as the task: the engine ends it, not the client."""
SETTINGS = {
    "wait_end_of_query": 1,  # an error comes instead of a part of the result, not after it
    "output_format_json_quote_64bit_integers": 0,
    "output_format_json_quote_decimals": 1,
    "output_format_decimal_trailing_zeros": 1,
    "output_format_json_quote_denormals": 1,
    "output_format_json_named_tuples_as_objects": 0,
    "date_time_output_format": "iso",
    "date_time_input_format": "best_effort",
}
SERVER_MESSAGE = re.compile(r"Code: \d+\. DB::Exception: .*", re.DOTALL)
VERSION_NOTE = re.compile(r"\s*\(version [^)]*\).*", re.DOTALL)


@dataclass(frozen=True)
class Result:
    """A result set.

    Parameters:
        names: of the columns.
        types: of the columns, in ClickHouse's terms.
        rows: the rows, as they arrive.
    """

    names: list[str]
    types: list[str]
    rows: Iterator[list[Any]]


class Connection:
    """A session on the server; what its statements do is cancelled with the task."""

    def __init__(self, task: Task, arguments: dict[str, Any]) -> None:
        self._task = task
        self._arguments = arguments
        self._client = _client(arguments)

    @contextmanager
    def execute(self, sql: str) -> Iterator[Result | None]:
        """Run a statement; yields its result set, or None if it has none.

        Raises:
            TaskError: the server refuses it.
        """
        with self._running() as settings:
            response: Any = self._client.raw_stream(sql, settings=settings)
            try:
                yield _result(response)
            finally:
                response.close()

    def insert(self, head: str, rows: bytes) -> None:
        """Insert rows.

        Parameters:
            head: the statement, up to and with its FORMAT.
            rows: in that format.

        Raises:
            TaskError: the server refuses them.
        """
        with self._running() as settings:
            self._client.raw_insert(insert_block=head.encode() + b"\n" + rows, settings=settings)

    def close(self) -> None:
        """End the session."""
        self._client.close()

    @contextmanager
    def _running(self) -> Iterator[dict[str, str]]:
        query_id = str(uuid.uuid4())
        try:
            with self._task.interrupted_by(lambda: self._kill(query_id)):
                yield {"query_id": query_id}
        except ClickHouseError as error:
            self._task.check_cancelled()
            raise failure(error) from error

    def _kill(self, query_id: str) -> None:
        other = _client(self._arguments)  # a session runs one statement at a time
        try:
            other.command(f"KILL QUERY WHERE query_id = '{query_id}' ASYNC")
        finally:
            other.close()


@contextmanager
def connect(task: Task) -> Iterator[Connection]:
    """A connection by the task's properties, closed at the end.

    Raises:
        TaskError: the address is wrong, or the server refuses.
    """
    try:
        connection = Connection(task, arguments(task.properties))
    except ClickHouseError as error:
        raise failure(error) from error
    try:
        yield connection
    finally:
        connection.close()


def arguments(properties: dict[str, Any]) -> dict[str, Any]:
    """The arguments of the client, from the task's `url`, `username` and `password` properties."""
    connection_arguments = parse_url(properties.get("url", ""))
    return connection_arguments | {name: properties[name] for name in ("username", "password") if properties.get(name)}


def parse_url(url: str) -> dict[str, Any]:
    """The parts of `jdbc:clickhouse://host:port/database?parameters` under the client's names.

    Raises:
        TaskError: it is not such an address.
    """
    if not url.strip():
        raise TaskError("Rendered value of `url` is blank.")
    match = URL.fullmatch(url)
    if not match:
        raise TaskError("URL scheme is invalid. URL should start with `jdbc:clickhouse`")
    try:
        parts = urlsplit(match["rest"] or "//localhost")
        host, port = parts.hostname or "localhost", parts.port
    except ValueError as error:
        raise TaskError(f"The address in `url` is wrong: {error}") from error
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    secure = (match["interface"] or "").lower() == "https" or parameters.get("ssl", "false").lower() in (
        "true",
        "1",
        "",
    )
    parsed = {
        "host": host,
        "port": port or (8443 if secure else 8123),
        "secure": secure,
        "username": parameters.get("user"),
        "password": parameters.get("password", ""),
        "settings": _url_settings(parameters),
    }
    if database := unquote(parts.path.lstrip("/")) or parameters.get("database"):
        parsed["database"] = database
    return parsed


def failure(error: ClickHouseError) -> TaskError:
    """The server's own message, without the client's additions."""
    text = str(error)
    if match := SERVER_MESSAGE.search(text):
        return TaskError(VERSION_NOTE.sub("", match.group()).strip())
    return TaskError(text or type(error).__name__)


def _client(arguments: dict[str, Any]) -> HttpClient:
    client = clickhouse_connect.get_client(
        **{**arguments, "settings": {**SETTINGS, **arguments["settings"]}},
        compress=False,
        query_limit=0,
        query_retries=0,  # the engine tries a task again, if its flow says so
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        send_receive_timeout=STATEMENT_TIMEOUT_SECONDS,
    )
    assert isinstance(client, HttpClient)  # the client of both interfaces, http and https
    client.headers["X-ClickHouse-Format"] = (
        RESULT_FORMAT  # whatever FORMAT a statement asks for; its own questions are over
    )
    return client


def _url_settings(parameters: dict[str, str]) -> dict[str, str]:
    """The server's settings among the parameters of an address; the others concern the Java driver alone."""
    return {
        name.removeprefix(SETTING_PREFIX): value
        for name, value in parameters.items()
        if name.startswith(SETTING_PREFIX)
    }


def _result(response: Any) -> Result | None:
    response.auto_close = False  # at the end of the data, the reader around it still asks whether it is open
    lines = io.BufferedReader(response, READ_BYTES)
    names, types = lines.readline(), lines.readline()
    if not types.strip():
        return None
    return Result(_parse(names), _parse(types), (_parse(line) for line in lines))


def _parse(line: bytes) -> list[Any]:
    return json.loads(line.decode(errors="replace"))
