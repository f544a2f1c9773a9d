"""The real database: what is in it outlives every kind of end, and only its user gets in."""

import contextlib
import os
import signal
from collections.abc import Iterator

import psutil
import psycopg2
import pytest

from embedded.shared.processes import runs
from tests.support.command import Command
from tests.support.waiting import eventually


@contextlib.contextmanager
def _connected(command: Command, **other: str) -> Iterator[psycopg2.extensions.cursor]:
    env = command.environment()
    options = {
        "host": env["POSTGRES_HOST"],
        "port": env["POSTGRES_PORT"],
        "dbname": env["POSTGRES_DB"],
        "user": env["POSTGRES_USER"],
        "password": env["POSTGRES_PASSWORD"],
    }
    connection = psycopg2.connect(**(options | other))
    try:
        with connection, connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _rows(command: Command, sql: str) -> list[tuple]:
    with _connected(command) as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_the_database_of_the_lessons_is_there(real: Command) -> None:
    up = real("up", "--only", "postgres")
    assert up.returncode == 0, up.stderr
    assert "postgresql://root@127.0.0.1:" in up.stdout
    [(version, database, user, superuser)] = _rows(
        real,
        "SELECT current_setting('server_version_num')::int / 10000, current_database(), current_user,"
        " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)",
    )
    assert (version, database, user, superuser) == (18, "ny_taxi", "root", True)
    wrong = contextlib.ExitStack()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        wrong.enter_context(_connected(real, password="wrong"))
    listening = {c.laddr.ip for c in psutil.Process(real.status()["postgres"]["pid"]).net_connections() if not c.raddr}
    assert listening == {"127.0.0.1"}


def test_other_settings_are_applied_at_the_next_start_and_data_stay(real: Command) -> None:
    real("up", "--only", "postgres")
    with _connected(real) as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    real("down")
    real.env |= {"POSTGRES_USER": "Someone", "POSTGRES_PASSWORD": 'it\'s; "new" $$'}
    assert real("up", "--only", "postgres").returncode == 0
    assert _rows(real, "SELECT answer, current_user FROM kept") == [(42, "Someone")]
    assert (real.home / "postgres" / "secrets.json").stat().st_mode & 0o777 == 0o600
    logs = "".join(path.read_text() for path in (real.home / "logs").iterdir())
    assert "it's" not in logs


def test_a_row_outlives_the_kill_of_everything(real: Command) -> None:
    real("up", "--only", "postgres")
    with _connected(real) as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    server = psutil.Process(real.status()["postgres"]["pid"])
    victims = [real.supervisor(), server.pid, *(child.pid for child in server.children(recursive=True))]
    for pid in victims:
        with contextlib.suppress(ProcessLookupError):  # the server's children leave at once
            os.kill(pid, signal.SIGKILL)
    again = real("up", "--only", "postgres")
    assert again.returncode == 0, again.stderr
    assert _rows(real, "SELECT answer FROM kept") == [(42,)]


def test_no_backend_outlives_a_killed_server_or_supervisor(real: Command) -> None:
    for victim in ("server", "supervisor"):
        assert real("up", "--only", "postgres").returncode == 0
        pid = real.status()["postgres"]["pid"]
        server = psutil.Process(pid)
        family = [server, *server.children(recursive=True)]
        assert len(family) > 3
        os.kill(pid if victim == "server" else real.supervisor(), signal.SIGKILL)
        eventually(lambda: not any(runs(process) for process in family))  # noqa: B023 - called at once
        if victim == "server":
            eventually(lambda: real.status()["postgres"]["restarted"])


@pytest.mark.slow
def test_a_pid_file_of_before_a_reboot_is_not_believed(real: Command) -> None:
    real("up", "--only", "postgres")
    real("down")
    pid_file = real.home / "postgres" / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n1\n5432\n\n127.0.0.1\n")
    assert real("up", "--only", "postgres").returncode == 0
