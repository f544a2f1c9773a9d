"""Bodies of `io.kestra.plugin.elasticsearch`: Bulk, Search and Request, on Elasticsearch's own Python client."""

import base64
import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from elastic_transport import TransportApiResponse, TransportError
from elasticsearch import ApiError, Elasticsearch

from embedded.services.kestra.tasks.bridge import READ_BYTES, Outputs, Task, TaskError, body

PREFIX = "io.kestra.plugin.elasticsearch."
MAJOR_VERSION = 8
REQUEST_SECONDS = 120
OPERATIONS = ("index", "create", "update", "delete")
TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS
ATTEMPTS = 8
FIRST_PAUSE_SECONDS = 0.25
SHOWN_ERRORS = 10
ION_ROWS = 1000
SHOWN_BYTES = 200
WANTED = ("took", "errors", *(f"items.*.{field}" for field in ("_index", "_id", "status", "error")))
"""The parts of an answer to a bulk request that are used; the rest would be most of it."""


@dataclass(frozen=True)
class Operation:
    """One operation of a bulk file: its lines as they are sent."""

    lines: tuple[bytes, ...]


@body(PREFIX + "Bulk")
def bulk(task: Task) -> Outputs:
    """Send a file of bulk operations, JSON or ION, in requests of `chunk` operations each."""
    chunk = task.properties["chunk"]
    if chunk < 1:
        raise TaskError("`chunk` must be 1 or more")
    operations = _operations(task, task.properties["from"])
    size = requests = took = 0
    with _connect(task) as client:
        while batch := list(itertools.islice(operations, chunk)):
            task.check_cancelled()
            sent, milliseconds = _send(task, client, batch)
            size, requests, took = size + len(batch), requests + sent, took + milliseconds
    _metrics(task, requests, size, took)
    task.info(f"Sent {size} records in {requests} requests, which took {took / 1000:.3f} s")
    return {"size": size}


@body(PREFIX + "Search")
def search(task: Task) -> Outputs:
    """Search the indexes, and fetch or store the sources of the hits."""
    properties = task.properties
    wanted = _object(properties["request"])
    task.debug(f"Starting query: {json.dumps(wanted)}")
    path = "/_search"
    if indexes := properties.get("indexes"):
        path = f"/{','.join(indexes)}{path}"
    with _connect(task) as client:
        answer = _perform(task, client, "POST", path, _routing(task), wanted).body
    hits = answer["hits"]["hits"]
    _metrics(task, 1, len(hits), answer["took"])
    return _hits(task, properties["fetchType"], [hit.get("_source") for hit in hits]) | _total(answer["hits"])


@body(PREFIX + "Request")
def request(task: Task) -> Outputs:
    """Send any request."""
    properties = task.properties
    parameters = properties.get("parameters", {}) | _routing(task)
    path = "/" + properties["endpoint"].lstrip("/")
    task.debug(f"Starting request: {properties['method']} {path}")
    with _connect(task) as client:
        answer = _perform(task, client, properties["method"], path, parameters, properties.get("body"))
    return {"status": answer.meta.status, "response": answer.body}


@contextmanager
def _connect(task: Task) -> Iterator[Elasticsearch]:
    """A client by the task's `connection`. Raises TaskError, also for what fails inside."""
    connection = task.properties["connection"]
    if connection["targetServerVersion"] != MAJOR_VERSION:
        raise TaskError(f"`targetServerVersion` must be {MAJOR_VERSION} here")
    hosts = [_host(host, connection.get("pathPrefix", "")) for host in connection["hosts"]]
    options = _options(task, connection)
    try:
        with Elasticsearch(hosts, request_timeout=REQUEST_SECONDS, max_retries=0, **options) as client:
            yield client
    except ApiError as error:
        raise TaskError(_describe_answer(error.status_code, error.body)) from error
    except TransportError as error:
        raise TaskError(f"{', '.join(hosts)}: {error.message}") from error


def _options(task: Task, connection: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {"headers": _headers(connection)}
    if connection.get("trustAllSsl"):
        task.warn("`trustAllSsl` is on: the server's certificate is not checked.")
        options |= {"verify_certs": False, "ssl_show_warn": False}
    return options


def _headers(connection: dict[str, Any]) -> dict[str, str]:
    """The headers of every request."""
    headers = {}
    for line in connection.get("headers", []):
        name, colon, value = line.partition(":")
        if not colon:
            raise TaskError(f"Invalid header format, expected `Name: Value` but got `{line}`")
        headers[name.strip().lower()] = value.strip()
    if auth := connection.get("basicAuth"):
        login = f"{auth.get('username', '')}:{auth.get('password', '')}".encode()
        headers.setdefault("authorization", f"Basic {base64.b64encode(login).decode()}")
    return headers


def _host(url: str, prefix: str) -> str:
    """An address as the client wants it: with a port."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise TaskError(f"`{url}` is no address of a server: write one such as http://localhost:9200")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port or (443 if parts.scheme == "https" else 80)
    path = f"{parts.path.rstrip('/')}/{prefix.strip('/')}".rstrip("/")
    return f"{parts.scheme}://{host}:{port}{path}"


def _perform(
    task: Task, client: Elasticsearch, method: str, path: str, parameters: dict[str, str], content: Any
) -> TransportApiResponse:
    """Send a request as it is: the client itself would ask for JSON where the server's own choice is text."""
    headers = _headers(task.properties["connection"])
    if content is not None:
        headers["content-type"] = "application/json"
    target = f"{path}{'&' if '?' in path else '?'}{urlencode(parameters)}" if parameters else path
    answer = client.transport.perform_request(method, target, headers=headers, body=content)
    status = answer.meta.status
    if status >= HTTPStatus.BAD_REQUEST and not (method == "HEAD" and status == HTTPStatus.NOT_FOUND):
        raise TaskError(_describe_answer(status, answer.body))
    _heed_warnings(task, answer.meta.headers.get("warning"))
    return answer


def _heed_warnings(task: Task, warning: str | None) -> None:
    """Log the server's warnings; with `strictDeprecationMode` they are errors."""
    if warning:
        if task.properties["connection"].get("strictDeprecationMode"):
            raise TaskError(f"The server warns: {warning}")
        task.warn(warning)


def _routing(task: Task) -> dict[str, str]:
    routing = task.properties.get("routing")
    return {"routing": routing} if routing else {}


def _object(value: Any) -> dict[str, Any]:
    """A property that may be an object or its JSON text."""
    try:
        content = json.loads(value) if isinstance(value, str) else value
    except ValueError as error:
        raise TaskError(f"`request` is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise TaskError("The `request` property must be a String or an Object")
    return content


def _hits(task: Task, fetch: str, rows: list[Any]) -> Outputs:
    if fetch == "FETCH":
        return {"rows": rows, "size": len(rows)}
    if fetch == "FETCH_ONE":
        return {"row": rows[0], "size": 1} if rows else {"size": 0}
    if fetch == "STORE":
        file = task.temporary_file(".ion")
        with file.open("w", encoding="utf-8") as target:
            # JSON is ION too.
            target.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        return {"uri": task.store(file), "size": len(rows)}
    return {}


def _total(hits: dict[str, Any]) -> Outputs:
    # The server does not count when `track_total_hits` is false.
    return {"total": hits["total"]["value"]} if "total" in hits else {}


def _metrics(task: Task, requests: int, records: int, milliseconds: int) -> None:
    task.count("requests.count", requests)
    task.count("records", records)
    task.time("requests.duration", milliseconds / 1000)


def _operations(task: Task, uri: str) -> Iterator[Operation]:
    """The operations of a file, read as they are taken. Raises TaskError for a line that is none."""
    with task.open(uri) as file:
        is_json = _is_json(file.read(READ_BYTES))
    values = _json_lines(task, uri) if is_json else _ion_values(task, uri)
    for action, line in values:
        name = next(iter(action), None) if isinstance(action, dict) else None
        if name not in OPERATIONS:
            raise TaskError(f"Invalid bulk request type on '{_shown(line)}'")
        if name == "delete":
            yield Operation((line,))
            continue
        _, document = next(values, (None, b""))
        if not document:
            raise TaskError(
                f"The bulk file ends after '{line.decode(errors='replace')[:200]}': its document is missing"
            )
        # As in Kestra, the line after `update` is the document itself, and it is made if it is not there.
        yield Operation((line, b'{"doc":%b,"doc_as_upsert":true}' % document if name == "update" else document))


def _shown(line: bytes) -> str:
    return line[:SHOWN_BYTES].decode(errors="replace")


def _is_json(beginning: bytes) -> bool:
    line = beginning.lstrip().split(b"\n", 1)[0]
    try:
        json.loads(line)
    except ValueError:
        return not line
    return True


def _json_lines(task: Task, uri: str) -> Iterator[tuple[Any, bytes]]:
    """Each line's value, if it is an action, and the line itself. Documents are not parsed: the server does that."""
    rest = b""
    with task.open(uri) as file:
        while block := file.read(READ_BYTES):
            *lines, rest = (rest + block).split(b"\n")
            yield from _parsed(lines)
    yield from _parsed([rest])


def _parsed(lines: list[bytes]) -> Iterator[tuple[Any, bytes]]:
    for line in lines:
        if line := line.strip():
            yield _action(line), line


def _action(line: bytes) -> Any:
    # Only what begins as an action does is worth parsing.
    if not line.lstrip(b"{ \t").startswith((b'"index"', b'"create"', b'"update"', b'"delete"')):
        return None
    try:
        return json.loads(line)
    except ValueError:
        return None


def _ion_values(task: Task, uri: str) -> Iterator[tuple[Any, bytes]]:
    for rows in task.read_rows(uri, ION_ROWS):
        for row in rows:
            yield row, json.dumps(row, ensure_ascii=False).encode()


def _send(task: Task, client: Elasticsearch, batch: list[Operation]) -> tuple[int, int]:
    """Send operations until the server has taken all, with a growing pause while it has too much to do.

    Returns:
        The number of requests, and the time that the server took for them in milliseconds.

    Raises:
        TaskError: operations failed.
    """
    took = 0
    for attempt in range(ATTEMPTS):
        answer = _bulk_request(task, client, batch)
        if answer is not None:
            took += answer["took"]
            refused = _refused(answer, batch)
            if not refused:
                return attempt + 1, took
            batch = refused
        _pause(task, FIRST_PAUSE_SECONDS * 2**attempt)
    raise TaskError(
        f"The server still refuses {len(batch)} operations after {ATTEMPTS} attempts: it has too much to do"
    )


def _bulk_request(task: Task, client: Elasticsearch, batch: list[Operation]) -> dict[str, Any] | None:
    """The answer to a bulk request; None when the server has too much to do."""
    lines: list[Any] = [line for operation in batch for line in operation.lines]  # the client sends bytes as they are
    try:
        answer = client.bulk(operations=lines, filter_path=WANTED, routing=task.properties.get("routing") or None)
    except ApiError as error:
        if error.status_code != TOO_MANY:
            raise
        return None
    _heed_warnings(task, answer.meta.headers.get("warning"))
    return answer.body


def _refused(answer: dict[str, Any], batch: list[Operation]) -> list[Operation]:
    """The operations that the server refused for lack of time. Raises TaskError if others failed."""
    if not answer["errors"]:
        return []
    items = [next(iter(item.values())) for item in answer["items"]]
    failed = [item for item in items if "error" in item and item["status"] != TOO_MANY]
    if failed:
        shown = "\n".join(f"  {_describe_item(item)}" for item in failed[:SHOWN_ERRORS])
        more = f"\n  and {len(failed) - SHOWN_ERRORS} more" if len(failed) > SHOWN_ERRORS else ""
        raise TaskError(f"{len(failed)} of {len(batch)} operations of a bulk request failed:\n{shown}{more}")
    return [operation for operation, item in zip(batch, items, strict=True) if item["status"] == TOO_MANY]


def _describe_item(item: dict[str, Any]) -> str:
    return f"{item['_index']}/{item.get('_id')}: {item['status']} - {_reason(item['error'])}"


def _reason(error: Any) -> str:
    """A server's error with its causes."""
    if not isinstance(error, dict):
        return str(error)
    cause = error.get("caused_by")
    description = f"{error.get('type')}: {error.get('reason')}"
    return f"{description}; {_reason(cause)}" if cause else description


def _describe_answer(status: int, content: Any) -> str:
    error = content.get("error", content) if isinstance(content, dict) else content
    return f"The server answered {status}: {_reason(error)}"


def _pause(task: Task, seconds: float) -> None:
    """Wait, but not when the task is to stop."""
    stopped = threading.Event()
    task.on_cancel(stopped.set)
    stopped.wait(seconds)
    task.check_cancelled()
