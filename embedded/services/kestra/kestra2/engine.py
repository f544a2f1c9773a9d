"""Starts and stops an engine of Kestra 2.0 inside this Python process.

As with 1.3, the services are taken from the application context. New in 2.0: tasks reach the worker through a
controller, by gRPC on the loopback interface, and outputs of task runs are kept apart from the execution.
"""

import base64
import json
import secrets
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import jpype

from embedded.services.kestra.class_wrappers import set_hints_at_once
from embedded.services.kestra.java_engine import TENANT, JavaEngine, has_ended
from embedded.services.kestra.kestra2 import artifacts, commands, task_types
from embedded.services.kestra.tasks import bridge
from embedded.shared.loopback import HOST
from embedded.shared.private_files import keep_private

HEAP = "1g"
WORKER_THREADS = 8
START_SECONDS = 60
LOOK_SECONDS = 0.02
WATCH_SECONDS = 2.0
"""Time between two looks at the services."""
APPLICATION = Path(__file__).with_name("application.yml")
H2_OPTIONS = ("DB_CLOSE_DELAY=-1", "DB_CLOSE_ON_EXIT=FALSE", "LOCK_TIMEOUT=30000", "RETENTION_TIME=0", "WRITE_DELAY=0")
"""As for the 1.3 engine (see `embedded.services.kestra.database`); each commit is written by itself."""
TRIGGER_RUN = "io.kestra.workbook.TriggerRun"
FLOWS = "io.kestra.core.services.FlowService"
QUEUES = {
    "executionCommandQueue": ("Dispatch", "io.kestra.core.executor.command.ExecutionCommand"),
    "executionKilledQueue": ("Broadcast", "io.kestra.core.models.executions.ExecutionKilled"),
}
"""Kind and messages of the queues that are written to from here. In 2.0 a queue is found by these, not by a name."""
REPLACED = {
    "io.kestra.core.repositories.LogRepositoryInterface": "io.kestra.core.repositories.LogDataStoreInterface",
}
"""Beans of 1.3 that have another name in 2.0."""
LOGBACK = """<configuration>
  <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
    <target>System.err</target>
    <encoder><pattern>%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %logger{20} %msg%n</pattern></encoder>
  </appender>
  <logger name="flow" level="OFF"/>
  <root level="ERROR"><appender-ref ref="console"/></root>
</configuration>
"""


class Engine2Error(Exception):
    """The engine did not start, or cannot do what is wanted of it."""


@dataclass(frozen=True)
class Engine2Config:
    """What the engine needs to know.

    Parameters:
        home: folder of the engine's own state.
        storage: Kestra's internal storage.
        in_memory: keep the database in memory only.
        url: the address under which users reach the API, for links.
        heap: the Java heap's limit, as `-Xmx` takes it.
    """

    home: Path
    storage: Path
    in_memory: bool = False
    url: str = "http://127.0.0.1:8080"
    heap: str = HEAP

    @property
    def database_url(self) -> str:
        """The JDBC address of the engine's database."""
        place = "mem:kestra2" if self.in_memory else f"async:{self.home / 'database' / 'kestra'}"
        return ";".join([f"jdbc:h2:{place}", *H2_OPTIONS])

    def application(self, controller_port: int) -> str:
        """The application's configuration.

        Parameters:
            controller_port: where workers reach the controller.
        """
        values = {
            "url": self.url,
            "storage": str(self.storage),
            "work": str(self.home / "work"),
            "encryption_key": self._encryption_key(),
            "controller_port": controller_port,
            "database_url": self.database_url,
        }
        quoted = {name: json.dumps(value) for name, value in values.items()}
        return Template(APPLICATION.read_text()).substitute(quoted)

    def _encryption_key(self) -> str:
        """The key that encrypts SECRET inputs and outputs, made once and kept with the state."""
        file = self.home / "encryption.key"
        if not file.exists():
            file.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
        return file.read_text()


class Engine2(JavaEngine):
    """The engine of Kestra 2.0."""

    config: Engine2Config

    def __init__(self, config: Engine2Config) -> None:
        self.config = config
        self._threads: Any = None
        self._services: list[Any] = []
        self._closed = threading.Event()

    def start_context(self) -> None:
        """Start the virtual machine and the context, which can parse and validate. Files are for their owner only.

        Raises:
            ArtifactError, EnvironmentProblem: something that it needs could not be fetched.
            CompileError: the task types do not compile.
        """
        keep_private()
        jars = artifacts.engine_jars()
        self._start_java(artifacts.java_home(), [task_types.compiled(jars), *jars])
        context = self.java("io.micronaut.context.ApplicationContext").builder()
        # Variables such as KESTRA_STORAGE would be taken for the property `kestra.storage`.
        self._context = context.environmentPropertySource(False).start()
        # The original belongs to the server. The API gives names of levels where that one takes filters.
        matcher = "io.kestra.core.services.FollowLogEventMatcher"
        is_wanted = jpype.JProxy(matcher, dict={"matches": lambda event, levels: levels.contains(event.level().name())})
        self._context.registerSingleton(self.java(matcher).class_, is_wanted)

    def start_services(self) -> None:
        """Start all services, and await them.

        Raises:
            Engine2Error: one did not come up in time.
        """
        bridge.install(self.java, self.config.home)
        stored = {"test": lambda execution: self._executions().findById(TENANT, execution, True).isPresent()}
        self.java(TRIGGER_RUN).stored = jpype.JProxy("java.util.function.Predicate", dict=stored)
        self._threads = self.java("java.util.concurrent.Executors").newCachedThreadPool()
        executor = self.bean("io.kestra.core.runners.Executor")
        controller = self.bean("io.kestra.core.worker.Controller")
        worker = self.bean("io.kestra.core.runners.Worker")
        scheduler = self.bean("io.kestra.core.runners.Scheduler")
        indexer = self.bean("io.kestra.core.runners.Indexer")
        system = self.bean("io.kestra.worker.systemworker.SystemWorker")
        starts = [executor, controller.start, lambda: worker.start(WORKER_THREADS), scheduler, indexer, system.start]
        for start in starts:
            self._threads.execute(_runnable(start) if callable(start) else start)
        self._services = [executor, controller, worker, scheduler, indexer, system]
        self._await_services()

    def bean(self, name: str) -> Any:
        """A bean of the application context by the full name of its class, in 1.3 or in 2.0."""
        return super().bean(REPLACED.get(name, name))

    def queue(self, name: str) -> Any:
        """A queue of `QUEUES`."""
        kind, messages = QUEUES[name]
        interface = self.java(f"io.kestra.core.queues.{kind}QueueInterface").class_
        argument = self.java("io.micronaut.core.type.Argument").of(interface, [self.java(messages).class_])
        return self._context.getBean(argument)

    def awaits_execution(self, execution_id: str) -> bool:
        """Always false: whoever creates an execution is answered when it is stored."""
        return False

    def create_flow(self, flow: Any) -> Any:
        """Create a flow from a `GenericFlow`. Raises a JException if it is invalid or exists."""
        return self.bean(FLOWS).create(flow)

    def update_flow(self, flow: Any, previous: Any) -> Any:
        """Make a new revision of a flow from a `GenericFlow`. Raises a JException if it is invalid."""
        return self.bean(FLOWS).update(flow, previous)

    def delete_flow(self, flow: Any) -> Any:
        """Delete a flow; its revisions stay."""
        return self.bean(FLOWS).delete(flow)

    def create_execution(self, flow: Any, execution: Any, labels: Any) -> None:
        """Create an execution; see `JavaEngine`. The executor adds the labels of the flow."""
        command = self.java(f"{commands.COMMANDS}.Create").of(
            commands.execution_key(self, flow, str(execution.getId()))
        )
        command = command.withLabels(labels).withInputs(execution.getInputs()).withKind(execution.getKind())
        command = command.withScheduleDate(execution.getScheduleDate()).withBreakpoints(execution.getBreakpoints())
        command = command.withTrigger(execution.getTrigger()).withFixtures(execution.getFixtures())
        command = command.withVariables(execution.getVariables())
        if execution.getState().isFailed():
            command = command.withStateType(execution.getState().getCurrent())
        commands.send(self, command)

    def kv_metadata(self) -> Any:
        """Where the key-value store keeps its keys."""
        return self.bean("io.kestra.core.runners.KVMetadataStateStore")

    def log_event(self, entry: Any) -> Any:
        """A log entry as those who follow logs get it."""
        return self.java("io.kestra.core.runners.FollowLogEvent").from_(entry)

    def follow(self, execution_id: str) -> None:
        """Do nothing: messages about an execution name it, and do not hold it."""

    def leave(self, execution_id: str) -> None:
        """Do nothing, as for `follow`."""

    def write_commits(self) -> None:
        """Do nothing: each commit has been written."""

    def await_end(self) -> str:
        """Wait until a service has ended by itself, and answer which; empty if the engine was closed on purpose."""
        while not self._closed.wait(WATCH_SECONDS):
            if ended := [str(service.getType()) for service in self._services if has_ended(service)]:
                return f"its service {ended[0]} ended"
        return ""

    def abandon(self) -> None:
        """Nothing can be closed of an engine whose services have ended: its next start repairs the database."""
        self.java("org.slf4j.LoggerFactory").getILoggerFactory().stop()

    def close(self) -> None:
        """Stop taking up work, give running tasks the grace period, and close the database."""
        if self._context is None:
            return
        self._closed.set()
        self._context.close()
        if self._threads is not None:
            self._threads.shutdownNow()
        connect = self.java("java.sql.DriverManager").getConnection
        with connect(f"{self.config.database_url};IFEXISTS=TRUE", "sa", "") as connection:
            connection.createStatement().execute("SHUTDOWN")
        self._context = None

    def _start_java(self, home: Path, jars: Sequence[Path]) -> None:
        folder = self.config.home
        for name in ("work", "tmp"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.config.storage.mkdir(parents=True, exist_ok=True)
        application, logback = folder / "application.yml", folder / "logback.xml"
        application.write_text(self.config.application(_free_port()))
        logback.write_text(LOGBACK)
        [library] = [
            file for name in ("libjvm.so", "libjvm.dylib") if (file := home / "lib" / "server" / name).exists()
        ]
        set_hints_at_once()
        jpype.startJVM(
            str(library),
            f"-Dmicronaut.config.files={application}",
            f"-Dlogback.configurationFile={logback}",
            f"-Djava.io.tmpdir={folder / 'tmp'}",
            f"-Xmx{self.config.heap}",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",  # as for 1.3: the optimizing compiler slows down the first minutes
            "-Xrs",  # signals belong to Python
            "-Duser.timezone=UTC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",  # else Java 25 warns of what Netty and Protobuf do
            classpath=[str(jar) for jar in jars],
            convertStrings=False,
        )

    def _executions(self) -> Any:
        return self.bean("io.kestra.core.repositories.ExecutionRepositoryInterface")

    def _await_services(self) -> None:
        end = time.monotonic() + START_SECONDS
        while not self.running:
            if time.monotonic() > end:
                states = {str(service.getType()): str(service.getState()) for service in self._services}
                raise Engine2Error(f"not all services came up in {START_SECONDS} s: {states}")
            time.sleep(LOOK_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _runnable(function: Any) -> Any:
    return jpype.JProxy("java.lang.Runnable", dict={"run": function})
