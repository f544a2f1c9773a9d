"""Connections to PostgreSQL: JDBC addresses, encryption, cancelling, and error messages."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg2
import psycopg2.extensions

from embedded.services.kestra.tasks.bridge import Task, TaskError

SCHEME = "jdbc:postgresql:"
CONNECT_TIMEOUT_SECONDS = 10
FIRST_TO_NOTICE = 140000

OPTIONS = {
    "user": "user",
    "password": "password",
    "sslmode": "sslmode",
    "ApplicationName": "application_name",
    "connectTimeout": "connect_timeout",
    "options": "options",
}
"""Parameters of a JDBC address and what libpq calls them. Others concern the Java driver alone and are ignored."""


class Connection(psycopg2.extensions.connection):
    """A connection that knows its errors."""

    errors = psycopg2.Error


@contextmanager
def connect(task: Task, autocommit: bool) -> Iterator[Connection]:
    """A connection by the task's properties, cancelled with the task, closed (and rolled back) at the end.

    Raises:
        TaskError: the address is wrong, or the server refuses.
    """
    try:
        connection = psycopg2.connect(connection_factory=Connection, **arguments(task))
    except psycopg2.Error as error:
        raise failure(error) from error
    try:
        connection.autocommit = True
        _notice_lost_clients(connection)
        connection.autocommit = autocommit
        with task.interrupted_by(connection.cancel):
            yield connection
    except psycopg2.Error as error:
        raise failure(error) from error
    finally:
        connection.close()


def arguments(task: Task) -> dict[str, Any]:
    """The arguments of libpq, from the task's `url`, `username`, `password` and `ssl` properties."""
    properties = task.properties
    connection_arguments = parse_url(properties.get("url", ""))
    connection_arguments |= {
        name: properties[key] for name, key in (("user", "username"), ("password", "password")) if properties.get(key)
    }
    if properties.get("ssl"):
        connection_arguments["sslmode"] = "verify-full"
    if mode := properties.get("sslMode"):
        connection_arguments["sslmode"] = mode.lower().replace("_", "-")
    for name, key in (("sslrootcert", "sslRootCert"), ("sslcert", "sslCert"), ("sslkey", "sslKey")):
        if text := properties.get(key):
            connection_arguments[name] = str(_private_file(task, text))
    if secret := properties.get("sslKeyPassword"):
        connection_arguments["sslpassword"] = secret
    # As with the Java driver, a session has the engine's time zone, not the server's.
    connection_arguments["options"] = f"{connection_arguments.get('options', '')} -c TimeZone=UTC".strip()
    return {"connect_timeout": CONNECT_TIMEOUT_SECONDS} | connection_arguments


def parse_url(url: str) -> dict[str, Any]:
    """The parts of `jdbc:postgresql://host:port/database?parameters` under libpq's names.

    Raises:
        TaskError: it is not such an address.
    """
    if not url.strip():
        raise TaskError("Rendered value of `url` is blank.")
    if not url.startswith(SCHEME):
        raise TaskError(f"URL scheme is invalid. URL should start with `{SCHEME.rstrip(':')}`")
    rest = url.removeprefix(SCHEME)
    parts = urlsplit(rest if rest.startswith("//") else f"///{rest}")
    hosts = [_host_and_port(host) for host in (parts.netloc or "localhost").split(",")]
    parsed: dict[str, Any] = {"host": ",".join(host for host, _ in hosts), "port": ",".join(port for _, port in hosts)}
    if database := unquote(parts.path.lstrip("/")):
        parsed["dbname"] = database
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    parsed |= {OPTIONS[name]: value for name, value in parameters.items() if name in OPTIONS}
    if parameters.get("ssl", "false") in ("", "true"):
        parsed.setdefault("sslmode", "verify-full")
    if schema := parameters.get("currentSchema"):
        parsed["options"] = f"{parsed.get('options', '')} -c search_path={schema}".strip()
    return parsed


def failure(error: psycopg2.Error) -> TaskError:
    """The server's message, SQLSTATE and details, in the order of the Java driver."""
    diagnostics = error.diag
    if not diagnostics.message_primary:
        return TaskError(str(error).strip() or type(error).__name__)
    lines = [f"{diagnostics.severity}: {diagnostics.message_primary} (SQLSTATE {diagnostics.sqlstate})"]
    details = {
        "Detail": diagnostics.message_detail,
        "Hint": diagnostics.message_hint,
        "Position": diagnostics.statement_position,
        "Where": diagnostics.context,
    }
    return TaskError("\n  ".join(lines + [f"{name}: {text}" for name, text in details.items() if text]))


def _notice_lost_clients(connection: Connection) -> None:
    """Have the server end a statement whose client is gone: after a crash of the engine, the task runs again."""
    if connection.server_version < FIRST_TO_NOTICE:
        return
    with contextlib.suppress(psycopg2.Error), connection.cursor() as cursor:  # some platforms cannot
        cursor.execute("SET client_connection_check_interval = '2s'")


def _host_and_port(text: str) -> tuple[str, str]:
    host, colon, port = text.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = text, "5432"
    return host.strip("[]") or "localhost", port or "5432"


def _private_file(task: Task, text: str) -> Path:
    file = task.temporary_file(".pem")
    file.chmod(0o600)
    file.write_text(text)
    return file
