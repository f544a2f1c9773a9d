"""The engine's own task `WorkingDirectory`, whose output files are stored after its last task."""

import pytest

from tests.wire.kestra_tasks.client import Kestra, Task

MANY = 300
"""Files enough that the executor has the last task's result long before all are stored."""
WRITE = f"for n in $(seq {MANY}); do echo $n > $n.txt; done"
COUNT = "{{ outputs.directory.outputFiles | default({}) | keys | length }}"


def directory(*tasks: Task) -> Task:
    """Tasks in a folder of which all text files are kept."""
    return {
        "id": "directory",
        "type": "io.kestra.plugin.core.flow.WorkingDirectory",
        "outputFiles": ["*.txt"],
        "tasks": list(tasks),
    }


def shell(id: str, command: str, **options: bool) -> Task:
    """A task that runs a command."""
    return {"id": id, "type": "io.kestra.plugin.scripts.shell.Commands", "commands": [command], **options}


@pytest.mark.parametrize(
    "last",
    [
        shell("last", WRITE),
        shell("last", f"{WRITE}; false", allowFailure=True),
        {"id": "last", "type": "io.kestra.plugin.core.log.Log", "message": "never", "runIf": "{{ false }}"},
    ],
    ids=["success", "warning", "skipped"],
)
def test_the_next_task_gets_all_output_files(kestra: Kestra, last: Task) -> None:
    count = {"id": "count", "type": "io.kestra.plugin.core.debug.Return", "format": COUNT}
    run = kestra.run(directory(shell("first", WRITE), last), count)
    assert [task["taskId"] for task in run.execution["taskRunList"]] == ["directory", "first", "last", "count"]
    assert run.outputs("count")["value"] == str(MANY)
