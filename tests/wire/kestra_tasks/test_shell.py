"""io.kestra.plugin.scripts.shell: Commands and Script."""

import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.lab import NAMESPACE, Lab, Task


def commands(*lines: str, **properties: Any) -> Task:
    return {"type": "io.kestra.plugin.scripts.shell.Commands", "commands": list(lines), **properties}


def script(text: str, **properties: Any) -> Task:
    return {"type": "io.kestra.plugin.scripts.shell.Script", "script": text, **properties}


def test_outputs_files_and_variables(lab: Lab) -> None:
    run = lab.ok(
        commands(
            "cat in/names.txt > copy.txt",
            'mkdir out && echo "$GREETING" > out/greeting.txt',
            """echo '::{"outputs": {"count": 3, "name": "x"}}::'""",
            env={"GREETING": "hello {{ flow.id }}"},
            inputFiles={"in/names.txt": "ada\n"},
            outputFiles=["*.txt", "out/**"],
        )
    )
    outputs = run.outputs()
    assert outputs["exitCode"] == 0
    assert outputs["vars"] == {"count": 3, "name": "x"}
    assert set(outputs["outputFiles"]) == {"copy.txt", "out/greeting.txt"}
    assert lab.text(outputs["outputFiles"]["copy.txt"]) == "ada\n"
    assert lab.text(outputs["outputFiles"]["out/greeting.txt"]) == "hello flow\n"


def test_script_reads_internal_storage_and_output_directory(lab: Lab) -> None:
    run = lab.ok(
        commands("echo 1,2 > a.csv", id="first", outputFiles=["a.csv"]),
        script(
            "cat {{ outputs.first.outputFiles['a.csv'] }}\n"
            "cat {{ outputs.first.outputFiles['a.csv'] }} > {{ outputDir }}/b.csv\n",
            outputDirectory=True,
        ),
    )
    assert "1,2" in run.logs("INFO")
    assert lab.text(run.outputs()["outputFiles"]["b.csv"]) == "1,2\n"


def test_before_commands_share_the_shell(lab: Lab) -> None:
    assert "value 7" in lab.ok(commands("echo value $X", beforeCommands=["X=7"])).logs("INFO")


def test_interpreter(lab: Lab) -> None:
    run = lab.ok(commands("[[ abc == a* ]] && echo matched", interpreter=["/bin/bash", "-c"]))
    assert "matched" in run.logs("INFO")


@pytest.mark.parametrize(("fail_fast", "state"), [(True, "FAILED"), (False, "SUCCESS")])
def test_fail_fast(lab: Lab, fail_fast: bool, state: str) -> None:
    run = lab.run(commands("false", "echo went on", failFast=fail_fast))
    assert run.state == state
    assert ("went on" in run.logs()) is not fail_fast


def test_exit_code_and_outputs_of_a_failure(lab: Lab) -> None:
    run = lab.run(commands("echo made > made.txt", "exit 3", outputFiles=["made.txt"]))
    assert run.state == "FAILED"
    assert run.outputs()["exitCode"] == 3
    assert lab.text(run.outputs()["outputFiles"]["made.txt"]) == "made\n"
    assert "Command failed with exit code 3" in run.logs("ERROR")


def test_standard_error_is_logged_as_an_error(lab: Lab) -> None:
    assert "careful" in lab.run(commands("echo careful >&2")).logs("ERROR")


def test_a_missing_command_is_told_by_name(lab: Lab) -> None:
    run = lab.run(commands("echo", interpreter=["no-such-interpreter", "-c"]))
    assert run.state == "FAILED"
    assert any("no-such-interpreter" in line for line in run.logs("ERROR"))


def test_docker_runner_runs_as_a_local_process(lab: Lab) -> None:
    runner = {"type": "io.kestra.plugin.scripts.runner.docker.Docker", "pullPolicy": "IF_NOT_PRESENT"}
    run = lab.ok(commands("echo here: $PWD", containerImage="alpine:3", taskRunner=runner))
    assert any(line.startswith(f"here: {lab.home}") for line in run.logs("INFO"))


def test_deprecated_runner_and_docker_properties(lab: Lab) -> None:
    run = lab.ok(commands("echo x > {{ outputDir }}/x.txt", runner="DOCKER", docker={"image": "alpine:3"}))
    assert lab.text(run.outputs()["outputFiles"]["x.txt"]) == "x\n"


def test_namespace_files(lab: Lab) -> None:
    for name in ("keep.txt", "leave.txt"):
        file = {"fileContent": (name, name.encode())}
        answer = lab.request("POST", f"/namespaces/{NAMESPACE}/files", params={"path": f"/{name}"}, files=file)
        assert answer.status_code == 200, answer.text
    run = lab.ok(commands("cat keep.txt", "ls", namespaceFiles={"enabled": True, "include": ["keep.txt"]}))
    assert "keep.txt" in run.logs("INFO")
    assert "leave.txt" not in run.logs("INFO")


def test_no_secret_of_the_engine_reaches_a_script(lab: Lab) -> None:
    run = lab.ok(commands("env > env.txt", env={"MINE": "yes"}, outputFiles=["env.txt"]))
    told = lab.text(run.outputs()["outputFiles"]["env.txt"])
    names = {line.split("=", 1)[0] for line in told.splitlines()}
    assert {"MINE", "PATH"} <= names
    assert not [name for name in names if name.startswith(("SECRET_", "KESTRA_", "POSTGRES_", "ENV_"))]
    assert lab.environment["KESTRA_PASSWORD"] not in told


def test_working_directory_is_removed(lab: Lab) -> None:
    run = lab.ok(commands("pwd", "touch left-behind"))
    folder = next(line for line in run.logs("INFO") if line.startswith("/"))
    eventually(lambda: not Path(folder).exists())


def test_kill_ends_the_whole_family(lab: Lab) -> None:
    sleep = _unique_sleep()
    run = lab.start(commands(f"({sleep} &) ; {sleep} ; echo unreachable"))
    eventually(lambda: len(_running(sleep)) == 2)
    assert lab.kill(run).state == "KILLED"
    eventually(lambda: not _running(sleep))


def test_timeout_ends_the_whole_family(lab: Lab) -> None:
    sleep = _unique_sleep()
    run = lab.run(commands(f"({sleep} &) ; {sleep}", timeout="PT1S"))
    assert run.state == "FAILED"
    eventually(lambda: not _running(sleep))


def test_a_process_left_in_the_background_ends_with_its_task(lab: Lab) -> None:
    sleep = _unique_sleep()
    lab.ok(commands(f"{sleep} &"))
    eventually(lambda: not _running(sleep))


def test_unknown_property_is_refused(lab: Lab) -> None:
    assert "comands" in lab.problems(commands("echo", comands=["echo"]))


def test_missing_commands_are_refused(lab: Lab) -> None:
    assert "commands: must not be null" in lab.problems({"type": "io.kestra.plugin.scripts.shell.Commands"})
    assert "script: must not be null" in lab.problems({"type": "io.kestra.plugin.scripts.shell.Script"})


def _unique_sleep() -> str:
    return f"sleep 97{time.time_ns() % 1_000_000}"


def _running(command: str) -> list[int]:
    return [process.pid for process in psutil.process_iter(["cmdline"]) if process.info["cmdline"] == command.split()]
