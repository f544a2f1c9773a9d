"""An engine of Kestra 2.0 inside this Python process: it validates flows, and runs them.

As with 1.3, the services are taken from the application context. New in 2.0: tasks reach the worker through a
controller, by gRPC on the loopback interface, and outputs of task runs are kept apart from the execution.
"""

import base64
import json
import secrets
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

import jpype

from embedded.services.kestra.class_wrappers import set_hints_at_once
from embedded.services.kestra.kestra2 import artifacts, task_types
from embedded.services.kestra.tasks import bridge
from embedded.shared.loopback import HOST

TENANT = "main"
HEAP = "1g"
WORKER_THREADS = 4
START_SECONDS = 60
LOOK_SECONDS = 0.02
APPLICATION = Path(__file__).with_name("application.yml")
SERVICES = ("io.kestra.core.runners.Executor", "io.kestra.core.worker.Controller", "io.kestra.core.runners.Indexer")
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


class Engine2:
    """The engine. A process can hold one in its life, and no other engine: a Java virtual machine does not start twice.

    Parameters:
        home: an empty folder for its state, which is of no use afterwards: the database is in memory.

    Raises:
        ArtifactError, EnvironmentProblem: something that it needs could not be fetched.
        CompileError: the task types do not compile.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        jars = artifacts.engine_jars()
        self._start_java(artifacts.java_home(), [task_types.compiled(jars), *jars])
        self._context = self.java("io.micronaut.context.ApplicationContext").builder()
        self._context = self._context.environmentPropertySource(False).start()
        self._threads: Any = None

    def java(self, name: str) -> Any:
        """A Java class by its full name."""
        return jpype.JClass(name)

    def bean(self, name: str) -> Any:
        """A bean of the application context by the full name of its class."""
        return self._context.getBean(self.java(name))

    def validate(self, sources: Sequence[str]) -> list[str | None]:
        """Why the engine does not take each flow; None if it does."""
        flow_source = self.java("io.kestra.core.models.flows.FlowSource")
        wanted = self.java("java.util.ArrayList")()
        for number, source in enumerate(sources):
            wanted.add(flow_source(f"{number}.yaml", source))
        violations = self.bean("io.kestra.core.services.FlowService").validate(TENANT, wanted)
        return [None if (text := found.getConstraints()) is None else str(text) for found in violations]

    def run(self, source: str, others: Sequence[str], inputs: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Run a flow to its end.

        Parameters:
            source: the flow.
            others: flows that it needs, such as its subflows.
            inputs: values of its inputs.
            seconds: how long it may take.

        Returns:
            `state`, `outputs`, and `taskRuns` with `task`, `value`, `state` and `outputs` in the order of their starts.
            Those of a Loop's rounds, which are executions of their own, follow it and have the round's value.

        Raises:
            Engine2Error: a flow is refused, or the time is over.
        """
        if self._threads is None:
            self._start_services()
        for other in others:
            self._store(other)
        flow = self._store(source)
        execution = self.java("io.kestra.core.models.executions.Execution").newExecution(flow, None)
        execution = execution.withInputs(self._inputs(flow, execution, inputs))
        self._queue().emit(execution)
        return self._describe(self._await(flow, execution, seconds))

    def dates(self, source: str, trigger: str, after: str, count: int) -> list[str]:
        """The next dates of a Schedule, as its cron expression and its `when` make them.

        Parameters:
            source: the flow.
            trigger: the id of the Schedule.
            after: the date of its last execution, in the form of ISO 8601 with an offset.
            count: how many dates.
        """
        flow = self.bean("io.kestra.core.services.FlowParsingService").parse(TENANT, source, True)
        [schedule] = [found for found in flow.getTriggers() if found.getId() == trigger]
        context = self.java("io.kestra.core.models.conditions.ConditionContext").builder().flow(flow)
        context = context.runContext(self.bean("io.kestra.core.runners.RunContextFactory").of(flow, schedule)).build()
        date = self.java("java.time.ZonedDateTime").parse(after)
        last = self.java("io.kestra.core.models.triggers.TriggerContext").builder()
        dates = []
        for _ in range(count):
            before = self.java("java.util.Optional").of(last.date(date).build())
            date = schedule.nextEvaluationDate(context, before)
            dates.append(str(date.toOffsetDateTime()))
        return dates

    def _start_java(self, home: Path, jars: Sequence[Path]) -> None:
        port = _free_port()
        folder = self.home
        values = {
            "storage": str(folder / "storage"),
            "work": str(folder / "work"),
            "encryption_key": base64.b64encode(secrets.token_bytes(32)).decode(),
            "controller_port": port,
        }
        for name in ("storage", "work", "tmp"):
            (folder / name).mkdir()
        application = folder / "application.yml"
        quoted = {name: json.dumps(value) for name, value in values.items()}
        application.write_text(Template(APPLICATION.read_text()).substitute(quoted))
        logback = folder / "logback.xml"
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
            f"-Xmx{HEAP}",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",  # as for 1.3: the optimizing compiler slows down the first minutes
            "-Xrs",  # signals belong to Python
            "-Duser.timezone=UTC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",  # else Java 25 warns of what Netty and Protobuf do
            classpath=[str(jar) for jar in jars],
            convertStrings=False,
        )

    def _start_services(self) -> None:
        bridge.install(self.java, self.home)
        self._threads = self.java("java.util.concurrent.Executors").newCachedThreadPool()
        services = [self.bean(name) for name in SERVICES]
        executor, controller, indexer = services
        self._threads.execute(executor)
        self._threads.execute(_runnable(controller.start))
        worker = self.bean("io.kestra.core.runners.Worker")
        self._threads.execute(_runnable(lambda: worker.start(WORKER_THREADS)))
        self._threads.execute(indexer)
        system = self.bean("io.kestra.worker.systemworker.SystemWorker")
        self._threads.execute(_runnable(system.start))
        self._await_services([*services, worker, system])

    def _await_services(self, services: Sequence[Any]) -> None:
        end = time.monotonic() + START_SECONDS
        while not all(str(service.getState()) == "RUNNING" for service in services):
            if time.monotonic() > end:
                states = {str(service.getType()): str(service.getState()) for service in services}
                raise Engine2Error(f"not all services came up in {START_SECONDS} s: {states}")
            time.sleep(LOOK_SECONDS)

    def _store(self, source: str) -> Any:
        try:
            return self.bean("io.kestra.core.services.FlowService").importFlow(TENANT, source)
        except jpype.JException as error:
            raise Engine2Error(f"the engine refuses the flow: {error.getMessage()}") from error

    def _inputs(self, flow: Any, execution: Any, inputs: Mapping[str, Any]) -> Any:
        values = self.java("java.util.LinkedHashMap")()
        parser = self.java("io.kestra.core.serializers.JacksonMapper").ofJson()
        for name, value in inputs.items():
            values.put(name, parser.readValue(json.dumps(value), self.java("java.lang.Object").class_))
        try:
            return self.bean("io.kestra.core.runners.FlowInputOutput").readExecutionInputs(flow, execution, values)
        except jpype.JException as error:
            raise Engine2Error(f"the engine refuses the inputs: {error.getMessage()}") from error

    def _queue(self) -> Any:
        argument = self.java("io.micronaut.core.type.Argument").of(
            self.java("io.kestra.core.queues.DispatchQueueInterface").class_,
            [self.java("io.kestra.core.models.executions.Execution").class_],
        )
        return self._context.getBean(argument)

    def _await(self, flow: Any, execution: Any, seconds: float) -> Any:
        executions = self.bean("io.kestra.core.repositories.ExecutionRepositoryInterface")
        service = self.bean("io.kestra.core.services.ExecutionService")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = executions.findById(TENANT, execution.getId())
            if found.isPresent() and service.isTerminated(flow, found.get()):
                return found.get()
            time.sleep(LOOK_SECONDS)
        state = found.get().getState().getCurrent() if found.isPresent() else "not created"
        raise Engine2Error(f"the execution has not ended after {seconds:g} s; its state is {state}")

    def _describe(self, execution: Any) -> dict[str, Any]:
        outputs = self.bean("io.kestra.core.services.ExecutionOutputService").getOutputs(execution)
        return {
            "state": str(execution.getState().getCurrent()),
            "outputs": self._python(outputs) or {},
            "taskRuns": self._task_runs(execution),
        }

    def _task_runs(self, execution: Any) -> list[dict[str, Any]]:
        service = self.bean("io.kestra.core.services.TaskOutputService")
        executions = self.bean("io.kestra.core.repositories.ExecutionRepositoryInterface")
        loop = execution.getLoopRun()
        task_runs = []
        for run in execution.getTaskRunList() or ():
            if loop is not None and str(run.getId()) == str(loop.taskRunId()):
                continue  # a round has the task run of its Loop too
            task_runs.append(
                {
                    "task": str(run.getTaskId()),
                    "value": None if loop is None else str(loop.value()),
                    "state": str(run.getState().getCurrent()),
                    "outputs": self._python(service.getOutputs(run)) or {},
                }
            )
            for inner in executions.findLoopSubExecutions(TENANT, execution.getId(), run.getTaskId()):
                task_runs += self._task_runs(inner)
        return task_runs

    def _python(self, value: Any) -> Any:
        mapper = self.java("io.kestra.core.serializers.JacksonMapper").ofJson()
        return json.loads(str(mapper.writeValueAsString(value)))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _runnable(function: Any) -> Any:
    return jpype.JProxy("java.lang.Runnable", dict={"run": function})
