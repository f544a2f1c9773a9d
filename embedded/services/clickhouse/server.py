"""Runs the server inside this process.

The library `chdb-core` is ClickHouse itself, linked for use from Python. One statement opens the real HTTP and native
interfaces; they stay open for as long as a statement runs. So one that never ends is run in a thread, and killed to
stop the server.
"""

from __future__ import annotations

import http.client
import importlib.util
import logging
import os
import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from embedded.services.clickhouse import configuration
from embedded.shared.loopback import HOST

_HOLD = (
    "SELECT sleepEachRow(1) FROM system.numbers"
    " SETTINGS max_block_size = 1, max_threads = 1, function_sleep_max_microseconds_per_block = 0"
)
_STATEMENTS = ("SYSTEM START LISTEN HTTP", "SYSTEM START LISTEN TCP", _HOLD)
_STOP = "KILL QUERY WHERE query LIKE 'SELECT sleepEachRow(1) FROM system.numbers%' ASYNC"
_STOP_SECONDS = 5.0
_MEMORY_BYTES = 1_100_000_000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Server:
    """One server.

    Parameters:
        home: its folder, for data and configuration.
        http_port: of the HTTP interface.
        tcp_port: of the native protocol.
        user: a plain name.
        password: of that user.
    """

    home: Path
    http_port: int
    tcp_port: int
    user: str
    password: str

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT.

        Raises:
            RuntimeError: the server ended; the message says why.
        """
        os.umask(0o077)
        os.environ["TZ"] = "UTC"  # a DateTime without a time zone means the same on every machine
        configuration.write(self.home, self.http_port, self.tcp_port, self.user, self.password, _MEMORY_BYTES)
        os.chdir(self.home)  # where the library looks for its configuration
        engine = _engine()
        stopping = threading.Event()
        problems: list[str] = []
        thread = threading.Thread(target=self._serve, args=(engine, problems), name="clickhouse", daemon=True)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        thread.start()
        while thread.is_alive() and not stopping.wait(0.5):
            pass
        if stopping.is_set() and self._stop():
            thread.join()
        elif problems:
            raise RuntimeError(problems[0])

    def _serve(self, engine: ModuleType, problems: list[str]) -> None:
        try:
            result = engine.query("; ".join(_STATEMENTS), "TabSeparated", path=str(self.home / "data"))
            problems.append(result.error_message() if result.has_error() else "ClickHouse ended")
        except RuntimeError as error:
            problems.append(str(error))

    def _stop(self) -> bool:
        """Ask the server to end the statement that holds it open; tell whether it will."""
        connection = http.client.HTTPConnection(HOST, self.http_port, timeout=_STOP_SECONDS)
        headers = {"X-ClickHouse-User": self.user, "X-ClickHouse-Key": self.password}
        try:
            connection.request("POST", "/", _STOP.encode(), headers)
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException) as error:
            log.warning("ClickHouse does not answer, so it is ended at once: %s", error)
            return False
        finally:
            connection.close()


def _engine() -> ModuleType:
    """The library without the package around it, which would first start another server to ask its version."""
    package = importlib.util.find_spec("chdb")
    if not package or not package.submodule_search_locations:
        raise RuntimeError("the package chdb-core is missing: run `make setup`")
    path = Path(next(iter(package.submodule_search_locations))) / "_chdb.abi3.so"
    spec = importlib.util.spec_from_file_location("_chdb", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
