"""io.kestra.plugin.scripts.shell: Commands and Script."""

import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import NAMESPACE, Kestra, Task


def commands(*lines: str, **properties: Any) -> Task:
    return {"type": "io.kestra.plugin.scripts.shell.Commands", "commands": list(lines), **properties}


def script(text: str, **properties: Any) -> Task:
    return {"type": "io.kestra.plugin.scripts.shell.Script", "script": text, **properties}


def test_outputs_files_and_variables(kestra: Kestra) -> None:
    run = kestra.ok(
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
    assert kestra.text(outputs["outputFiles"]["copy.txt"]) == "ada\n"
    assert kestra.text(outputs["outputFiles"]["out/greeting.txt"]) == "hello flow\n"


def test_an_output_that_is_no_unicode_or_a_metric_that_is_too_long_fails_the_task(kestra: Kestra) -> None:
    half = kestra.run(commands("""echo '::{"outputs": {"rows": ["fine", "\\ud83d"]}}::'"""))
    assert half.state == "FAILED"
    assert "The output 'vars.rows[1]' is no valid Unicode text" in half.error()
    metric = '{"name": "%s", "type": "counter", "value": 1}'
    for length, state in ((150, "SUCCESS"), (151, "FAILED")):
        run = kestra.run(commands(f"""echo '::{{"metrics": [{metric % ("n" * length)}]}}::'"""))
        assert run.state == state
    assert "has 151 characters, and 150 are the limit" in run.error()


def test_script_reads_internal_storage_and_output_directory(kestra: Kestra) -> None:
    run = kestra.ok(
        commands("echo 1,2 > a.csv", id="first", outputFiles=["a.csv"]),
        script(
            "cat {{ outputs.first.outputFiles['a.csv'] }}\n"
            "cat {{ outputs.first.outputFiles['a.csv'] }} > {{ outputDir }}/b.csv\n",
            outputDirectory=True,
        ),
    )
    assert "1,2" in run.logs("INFO")
    assert kestra.text(run.outputs()["outputFiles"]["b.csv"]) == "1,2\n"


def test_before_commands_share_the_shell(kestra: Kestra) -> None:
    assert "value 7" in kestra.ok(commands("echo value $X", beforeCommands=["X=7"])).logs("INFO")


def test_interpreter(kestra: Kestra) -> None:
    run = kestra.ok(commands("[[ abc == a* ]] && echo matched", interpreter=["/bin/bash", "-c"]))
    assert "matched" in run.logs("INFO")


@pytest.mark.parametrize(("fail_fast", "state"), [(True, "FAILED"), (False, "SUCCESS")])
def test_fail_fast(kestra: Kestra, fail_fast: bool, state: str) -> None:
    run = kestra.run(commands("false", "echo went on", failFast=fail_fast))
    assert run.state == state
    assert ("went on" in run.logs()) is not fail_fast


def test_exit_code_and_outputs_of_a_failure(kestra: Kestra) -> None:
    run = kestra.run(commands("echo made > made.txt", "exit 3", outputFiles=["made.txt"]))
    assert run.state == "FAILED"
    assert run.outputs()["exitCode"] == 3
    assert kestra.text(run.outputs()["outputFiles"]["made.txt"]) == "made\n"
    assert "Command failed with exit code 3" in run.logs("ERROR")


def test_standard_error_is_logged_as_an_error(kestra: Kestra) -> None:
    assert "careful" in kestra.run(commands("echo careful >&2")).logs("ERROR")


def test_a_missing_command_is_told_by_name(kestra: Kestra) -> None:
    run = kestra.run(commands("echo", interpreter=["no-such-interpreter", "-c"]))
    assert run.state == "FAILED"
    assert any("no-such-interpreter" in line for line in run.logs("ERROR"))


def test_docker_runner_runs_as_a_local_process(kestra: Kestra) -> None:
    runner = {"type": "io.kestra.plugin.scripts.runner.docker.Docker", "pullPolicy": "IF_NOT_PRESENT"}
    run = kestra.ok(commands("echo here: $PWD", containerImage="alpine:3", taskRunner=runner))
    assert any(line.startswith(f"here: {kestra.home}") for line in run.logs("INFO"))


def test_deprecated_runner_and_docker_properties(kestra: Kestra) -> None:
    run = kestra.ok(commands("echo x > {{ outputDir }}/x.txt", runner="DOCKER", docker={"image": "alpine:3"}))
    assert kestra.text(run.outputs()["outputFiles"]["x.txt"]) == "x\n"


def test_namespace_files(kestra: Kestra) -> None:
    for name in ("keep.txt", "leave.txt"):
        file = {"fileContent": (name, name.encode())}
        answer = kestra.request("POST", f"/namespaces/{NAMESPACE}/files", params={"path": f"/{name}"}, files=file)
        assert answer.status_code == 200, answer.text
    run = kestra.ok(commands("cat keep.txt", "ls", namespaceFiles={"enabled": True, "include": ["keep.txt"]}))
    assert "keep.txt" in run.logs("INFO")
    assert "leave.txt" not in run.logs("INFO")


def test_no_secret_of_the_engine_reaches_a_script(kestra: Kestra) -> None:
    run = kestra.ok(commands("env > env.txt", env={"MINE": "yes"}, outputFiles=["env.txt"]))
    told = kestra.text(run.outputs()["outputFiles"]["env.txt"])
    names = {line.split("=", 1)[0] for line in told.splitlines()}
    assert {"MINE", "PATH"} <= names
    assert not [name for name in names if name.startswith(("SECRET_", "KESTRA_", "POSTGRES_", "ENV_"))]
    assert kestra.environment["KESTRA_PASSWORD"] not in told


def test_working_directory_is_removed(kestra: Kestra) -> None:
    run = kestra.ok(commands("pwd", "touch left-behind"))
    folder = next(line for line in run.logs("INFO") if line.startswith("/"))
    eventually(lambda: not Path(folder).exists())


def test_kill_ends_the_whole_family(kestra: Kestra) -> None:
    sleep = _unique_sleep()
    run = kestra.start(commands(f"({sleep} &) ; {sleep} ; echo unreachable"))
    eventually(lambda: len(_running(sleep)) == 2)
    assert kestra.kill(run).state == "KILLED"
    eventually(lambda: not _running(sleep))


def test_timeout_ends_the_whole_family(kestra: Kestra) -> None:
    sleep = _unique_sleep()
    run = kestra.run(commands(f"({sleep} &) ; {sleep}", timeout="PT1S"))
    assert run.state == "FAILED"
    eventually(lambda: not _running(sleep))


def test_a_process_left_in_the_background_ends_with_its_task(kestra: Kestra) -> None:
    sleep = _unique_sleep()
    kestra.ok(commands(f"{sleep} &"))
    eventually(lambda: not _running(sleep))


def test_unknown_property_is_refused(kestra: Kestra) -> None:
    assert "comands" in kestra.problems(commands("echo", comands=["echo"]))


def test_missing_commands_are_refused(kestra: Kestra) -> None:
    assert "commands: must not be null" in kestra.problems({"type": "io.kestra.plugin.scripts.shell.Commands"})
    assert "script: must not be null" in kestra.problems({"type": "io.kestra.plugin.scripts.shell.Script"})


def _unique_sleep() -> str:
    return f"sleep 97{time.time_ns() % 1_000_000}"


def _running(command: str) -> list[int]:
    return [process.pid for process in psutil.process_iter(["cmdline"]) if process.info["cmdline"] == command.split()]
