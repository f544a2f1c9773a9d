"""Starting, stopping, and what becomes of processes when someone in between is killed."""

import os
import re
import shlex
import signal
import sys

import psutil
import pytest

from tests.support.command import Command
from tests.support.waiting import eventually


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


@pytest.mark.slow
def test_up_twice_and_down_twice(fakes: Command) -> None:
    first = fakes("up")
    assert first.returncode == 0, first.stderr
    before = fakes.status()
    second = fakes("up")
    assert second.returncode == 0
    assert "already" in second.stdout
    after = fakes.status()
    assert {name: s["pid"] for name, s in before.items()} == {name: s["pid"] for name, s in after.items()}
    assert fakes("status").returncode == 0

    assert fakes("down").returncode == 0
    assert fakes.nothing_runs()
    again = fakes("down")
    assert (again.returncode, again.stdout) == (0, "nothing was running\n")
    assert fakes("status").returncode == 3


def test_a_later_up_adds_to_the_running_supervisor(fakes: Command) -> None:
    fakes("up", "--only", "web")
    supervisor = fakes.supervisor()
    assert fakes.status()["quiet"]["state"] == "off"
    fakes("up", "--only", "quiet")
    assert fakes.supervisor() == supervisor
    assert {s["state"] for s in fakes.status().values()} == {"ready"}


def test_two_ups_at_once_share_one_supervisor(fakes: Command) -> None:
    both = [fakes.spawn("up", FAKE_DELAY="0.5") for _ in range(2)]
    outputs = [process.communicate(timeout=30) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    served = [line for line in fakes.processes() if "fake_service.py serve" in line]
    assert len(served) == 1


def test_a_joined_up_survives_the_end_of_the_first(fakes: Command) -> None:
    first = fakes.spawn("up", FAKE_DELAY="1.5")
    eventually(lambda: (fakes.home / "control.sock").exists())
    second = fakes.spawn("up")
    eventually(lambda: "web" in second.stdout.readline())
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=20)
    second.communicate(timeout=20)
    assert (first.returncode, second.returncode) == (130, 0)
    assert fakes("status").returncode == 0


@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow), signal.SIGKILL]
)
def test_the_end_of_a_starting_caller_ends_what_it_started(fakes: Command, number: signal.Signals) -> None:
    caller = fakes.spawn("up", FAKE_DELAY="30")
    eventually(lambda: any("sleep 987" in line for line in fakes.processes()))
    caller.send_signal(number)
    caller.communicate(timeout=20)
    assert caller.returncode == (-number if number == signal.SIGKILL else 128 + number)
    eventually(fakes.nothing_runs)


@pytest.mark.slow
def test_what_ran_before_outlives_an_interrupted_up(fakes: Command) -> None:
    fakes.env["FAKE_QUIET"] = "slow"
    fakes("up", "--only", "web")
    pid = fakes.status()["web"]["pid"]
    caller = fakes.spawn("up")
    eventually(lambda: any("fake_service.py slow" in line for line in fakes.processes()))
    caller.send_signal(signal.SIGINT)
    caller.communicate(timeout=20)
    assert caller.returncode == 130
    after = fakes.status()
    assert (after["web"]["pid"], after["quiet"]["state"]) == (pid, "off")


def test_one_service_stops_and_comes_back_on_its_port_while_the_rest_go_on(fakes: Command) -> None:
    fakes("up")
    before, port = fakes.status(), fakes.environment()["WEB_PORT"]
    stop = fakes("stop", "web")
    assert (stop.returncode, stop.stderr) == (0, "")
    during = fakes.status()
    assert (during["web"]["state"], during["quiet"]["pid"]) == ("off", before["quiet"]["pid"])
    assert not any("serve" in line or "sleep" in line for line in fakes.processes())
    assert "WEB_PORT" not in fakes.environment()

    assert fakes("up", "--only", "web").returncode == 0
    after = fakes.status()
    assert fakes.environment()["WEB_PORT"] == port
    assert (after["quiet"]["pid"], after["web"]["pid"] != before["web"]["pid"]) == (before["quiet"]["pid"], True)


def test_stop_ends_what_a_running_command_holds_and_a_later_start_ends_with_it(fakes: Command) -> None:
    command = shlex.join([sys.executable, "-m", fakes.module])
    script = f"""set -e
{command} stop web
! {command} env | grep WEB_PORT
{command} up --only web
{command} env | grep WEB_PORT"""
    done = fakes("run", "--", "sh", "-c", script)
    assert done.returncode == 0, done.stdout + done.stderr
    assert fakes.nothing_runs()


def test_stopping_the_last_service_ends_the_supervisor(fakes: Command) -> None:
    fakes("up")
    assert fakes("stop", "web,quiet").returncode == 0
    eventually(fakes.nothing_runs)
    idle = fakes("stop", "web,quiet")
    assert (idle.returncode, idle.stdout) == (0, "web, quiet did not run\n")


def test_stop_takes_only_names_there_are(fakes: Command) -> None:
    refused = fakes("stop", "web,mysql")
    assert refused.returncode == 2
    assert "'web,mysql' is not some of web, quiet" in refused.stderr


def test_stop_ends_what_a_killed_supervisor_left(fakes: Command) -> None:
    fakes("up", FAKE_QUIET="stubborn")
    _kill(fakes.supervisor())
    eventually(lambda: len(fakes.processes()) == 1)
    assert fakes("stop", "quiet").returncode == 0
    assert fakes.nothing_runs()


def test_a_stubborn_service_is_killed(fakes: Command) -> None:
    fakes("up", FAKE_QUIET="stubborn")
    assert fakes("down").returncode == 0
    assert fakes.nothing_runs()
    assert "quiet did not stop within 1.0 s: killing it" in (fakes.home / "logs" / "supervisor.log").read_text()


@pytest.mark.parametrize("leaving", [["down"], pytest.param(["run", "--", "true"], marks=pytest.mark.slow)])
def test_an_up_while_services_stop_starts_them_again(fakes: Command, leaving: list[str]) -> None:
    if leaving == ["down"]:
        fakes("up", FAKE_QUIET="stubborn")
    first = fakes.spawn(*leaving, FAKE_QUIET="stubborn")
    state = fakes.home / "state.json"
    eventually(lambda: state.exists() and '"stopping"' in state.read_text())
    up = fakes("up")
    first.communicate(timeout=20)
    assert (first.returncode, up.returncode) == (0, 0), up.stderr
    assert {s["state"] for s in fakes.status().values()} == {"ready"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere an orphan cannot be adopted")
def test_a_daemon_that_a_task_left_ends_with_down(fakes: Command) -> None:
    mark = f"sleep 9{os.getpid()}"

    def daemons() -> list[psutil.Process]:
        return [process for process in psutil.process_iter(["cmdline"]) if process.info["cmdline"] == mark.split()]

    fakes("up", "--only", "web", FAKE_DAEMON=mark)
    (daemon,) = eventually(daemons)
    eventually(lambda: daemon.ppid() == fakes.supervisor())
    assert fakes("down").returncode == 0
    assert daemons() == []


def test_nothing_outlives_a_killed_supervisor(fakes: Command) -> None:
    fakes("up", FAKE_QUIET="stubborn")
    assert len(fakes.processes()) == 4  # the supervisor, two services, and a child of one in another session
    _kill(fakes.supervisor())
    # The stubborn one ignores the kernel's signal: the next command ends it.
    eventually(lambda: not any("serve" in line or "sleep" in line for line in fakes.processes()))
    status = fakes("status")
    assert status.returncode == 3
    assert "its supervisor was killed" in status.stdout
    assert fakes("down").returncode == 0
    assert fakes.nothing_runs()


def test_up_after_a_killed_supervisor_starts_afresh(fakes: Command) -> None:
    fakes("up")
    port = fakes.environment()["WEB_PORT"]
    for pid in [fakes.supervisor(), *(s["pid"] for s in fakes.status().values())]:
        _kill(pid)
    again = fakes("up")
    assert again.returncode == 0, again.stderr
    assert "web had failed: its supervisor was killed; starting it again" in again.stdout
    assert fakes.environment()["WEB_PORT"] == port
    assert len([line for line in fakes.processes() if "sleep 987" in line]) == 1


def test_a_dead_service_is_started_again_and_named(fakes: Command) -> None:
    fakes("up")
    before, port = fakes.status(), fakes.environment()["WEB_PORT"]
    _kill(before["web"]["pid"])
    eventually(lambda: fakes.status()["web"]["restarted"] and fakes.status()["web"]["state"] == "ready")
    after, status = fakes.status(), fakes("status")
    assert (status.returncode, after["quiet"]["pid"]) == (0, before["quiet"]["pid"])
    assert re.search(r"web: started again at [\d:]+: it was ended by SIGKILL at", status.stdout)
    assert after["web"]["pid"] != before["web"]["pid"]
    assert len([line for line in fakes.processes() if "sleep 987" in line]) == 1
    assert fakes.environment()["WEB_PORT"] == port
    for told in (fakes("env").stderr, fakes("up").stdout):
        assert "web was started again at" in told
    assert fakes("stop", "web").returncode == fakes("up").returncode == 0
    assert "started again" not in fakes("status").stdout  # it was asked for anew


def test_a_service_that_keeps_dying_is_given_up_with_its_reason(fakes: Command) -> None:
    fakes("up")
    for _ in range(4):
        pid = eventually(lambda: fakes.status()["web"]["state"] == "ready" and fakes.status()["web"]["pid"])
        _kill(pid)
        eventually(lambda: fakes.status()["web"]["pid"] != pid or fakes.status()["web"]["state"] == "failed")  # noqa: B023
    eventually(lambda: fakes.status()["web"]["state"] == "failed")
    status = fakes("status")
    assert status.returncode == 1
    assert "web: it was ended by SIGKILL" in status.stdout
    assert "it was started again 3 times within ten minutes" in status.stdout
    assert "serving on" in status.stdout  # the last lines of its log
    assert fakes.status()["web"]["exit_code"] == -signal.SIGKILL
    assert not any("sleep 987" in line for line in fakes.processes())

    again = fakes("up")
    assert again.returncode == 0
    assert "web had failed: it was ended by SIGKILL" in again.stdout


def test_a_service_says_in_its_last_line_why_it_left(fakes: Command) -> None:
    fakes("up", FAKE_QUIET="leaving")
    (fakes.home / "quiet" / "leave").touch()
    told = eventually(lambda: fakes.status()["quiet"]["restarted"])
    assert re.search(r"it ended with code 4 at [\d:]+: the engine is lost", told)


def test_an_unhealthy_service_is_shown_until_it_is_well(fakes: Command) -> None:
    fakes("up", "--only", "web")
    before = fakes.status()["web"]
    ill = fakes.home / "web" / "ill"
    ill.touch()
    eventually(lambda: fakes.status()["web"]["state"] == "unhealthy")
    status = fakes("status")
    assert status.returncode == 1
    assert re.search(r"web +unhealthy +\d+", status.stdout)
    assert "web: its health check has failed 10 times in a row" in status.stdout
    assert "WEB_PORT" in fakes.environment()
    ill.unlink()
    eventually(lambda: fakes.status()["web"]["state"] == "ready")
    assert (fakes.status()["web"]["pid"], fakes.status()["web"]["restarted"]) == (before["pid"], "")


def test_a_service_that_is_unhealthy_for_long_is_started_again(fakes: Command) -> None:
    fakes("up", "--only", "web", FAKE_PATIENCE="0.5")
    before = fakes.status()["web"]
    (fakes.home / "web" / "ill").touch()
    told = eventually(lambda: fakes.status()["web"]["restarted"])
    assert "its health check failed for" in told
    assert fakes("up", "--only", "web").returncode == 0
    assert fakes.status()["web"]["pid"] != before["pid"]


def test_a_service_that_cannot_start_fails_the_up_with_its_reason(fakes: Command) -> None:
    up = fakes("up", FAKE_QUIET="broken")
    assert up.returncode == 1
    assert "quiet: it ended with code 1 before it was ready" in up.stderr
    assert "the reason is in the log" in up.stderr
    assert fakes.status()["web"]["state"] == "ready"


def test_a_stale_state_file_does_not_mislead(fakes: Command) -> None:
    fakes("up", "--only", "web")
    fakes("down")
    state = fakes.home / "state.json"
    state.write_text(state.read_text().replace('"off"', '"ready"', 1).replace('"pid": null', f'"pid": {os.getpid()}'))
    assert fakes("status").returncode == 3
    assert fakes("down").returncode == 0
    assert psutil.pid_exists(os.getpid())


def test_files_of_the_state_folder_are_private(fakes: Command) -> None:
    fakes("up", "--only", "web")
    assert fakes.home.stat().st_mode & 0o777 == 0o700
    for path in [p for p in fakes.home.rglob("*") if p.is_file() and p.name != "kestra-workbook.txt"]:
        assert path.stat().st_mode & 0o077 == 0, path
