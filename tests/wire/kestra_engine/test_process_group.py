"""The guard of script processes, without an engine."""

import signal
import subprocess
import sys
import time

import psutil
import pytest

from embedded.services.kestra.tasks import process_group
from tests.support.waiting import eventually

GUARD = [sys.executable, "-I", "-S", process_group.__file__]


@pytest.fixture
def sleep() -> str:
    """A command that no other test runs."""
    return f"sleep 96{time.time_ns() % 1_000_000}"


def start(*command: str) -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*GUARD, *command], text=True, **pipes)


def family(sleep: str) -> list[int]:
    return [process.pid for process in psutil.process_iter(["cmdline"]) if process.info["cmdline"] == sleep.split()]


@pytest.mark.parametrize(("command", "code"), [("exit 0", 0), ("exit 3", 3), ("kill -TERM $$", 128 + signal.SIGTERM)])
def test_exit_code(command: str, code: int) -> None:
    with start("/bin/sh", "-c", command) as process:
        assert process.wait(30) == code


def test_output_passes_through() -> None:
    with start("/bin/sh", "-c", "echo out; echo err >&2; cat") as process:
        assert (process.stdout.read(), process.stderr.read()) == ("out\n", "err\n")
        assert process.wait(30) == 0


def test_a_command_that_does_not_exist() -> None:
    with start("no-such-command") as process:
        assert process.wait(30) == 127
        assert process.stderr.read() == "no-such-command: No such file or directory\n"


def test_the_family_ends_when_the_input_ends(sleep: str) -> None:
    with start("/bin/sh", "-c", f"{sleep} & {sleep}; true") as process:
        eventually(lambda: len(family(sleep)) == 2)
        process.stdin.close()
        assert process.wait(30) == 128 + signal.SIGTERM
        eventually(lambda: not family(sleep))


def test_a_family_that_ignores_the_request_is_ended_all_the_same(sleep: str) -> None:
    with start("/bin/sh", "-c", f"trap '' TERM; {sleep}; {sleep}") as process:
        eventually(lambda: len(family(sleep)) == 1)
        process.terminate()
        assert process.wait(30) == 128 + signal.SIGKILL
        eventually(lambda: not family(sleep))


def test_the_family_ends_when_the_starter_is_killed(sleep: str) -> None:
    """As when the engine is killed without a chance to say anything."""
    code = f"import subprocess; p = subprocess.Popen({[*GUARD, *sleep.split()]!r}, stdin=subprocess.PIPE); p.wait()"
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        eventually(lambda: len(family(sleep)) == 1)
        process.kill()
    eventually(lambda: not family(sleep))
