"""`run`, `env`, `logs`, `reset` and the messages of wrong calls."""

import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.waiting import eventually


def test_run_gives_the_environment_and_the_exit_code(fakes: Command) -> None:
    done = fakes("run", "--only", "web", "--", "sh", "-c", "echo $WEB_PORT $WEB_NOTE $WORKBOOK_STACK; exit 7")
    assert done.returncode == 7
    port, *rest = done.stdout.split()
    assert int(port) > 0
    assert rest == ["two", "words", "embedded"]  # progress goes elsewhere
    assert fakes.nothing_runs()


def test_run_leaves_the_choice_of_real_clouds_alone(fakes: Command) -> None:
    done = fakes("run", "--only", "web", "--", "sh", "-c", "echo $WORKBOOK_STACK", WORKBOOK_STACK="cloud")
    assert done.stdout.split() == ["cloud"]


def test_run_leaves_running_what_ran_before(fakes: Command) -> None:
    fakes("up", "--only", "web")
    assert fakes("run", "--", "true").returncode == 0
    assert {name: s["state"] for name, s in fakes.status().items()} == {"web": "ready", "quiet": "off"}


def test_what_is_started_inside_run_ends_with_it(fakes: Command) -> None:
    inside = shlex.join([sys.executable, "-m", fakes.module, "up"])
    assert fakes("run", "--only", "web", "--", "sh", "-c", inside).returncode == 0
    assert fakes.nothing_runs()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_run_reaches_the_command_and_stops_the_stack(fakes: Command, number: signal.Signals) -> None:
    name = number.name.removeprefix("SIG")
    script = f"trap 'echo told; exit 5' {name}; echo begun; while :; do sleep 0.05; done"
    run = fakes.spawn("run", "--only", "web", "--", "sh", "-c", script)
    eventually(lambda: run.stdout.readline() == "begun\n")
    run.send_signal(number)
    out, _ = run.communicate(timeout=20)
    assert (run.returncode, out) == (5, "told\n")
    assert fakes.nothing_runs()


def test_a_killed_run_leaves_neither_command_nor_stack(fakes: Command) -> None:
    run = fakes.spawn("run", "--only", "web", "--", "sh", "-c", f"echo begun; : {fakes.home}; exec sleep 986")
    eventually(lambda: run.stdout.readline() == "begun\n")
    run.kill()
    run.wait()
    eventually(fakes.nothing_runs)


def test_run_without_or_with_an_unknown_command(fakes: Command) -> None:
    assert fakes("run").returncode == 2
    unknown = fakes("run", "--only", "web", "--", "no-such-command")
    assert unknown.returncode == 127
    assert "no-such-command: not found" in unknown.stderr
    assert fakes.nothing_runs()


def test_env_lines_can_be_parsed_and_evaluated(fakes: Command) -> None:
    nothing = fakes("env")
    assert (nothing.returncode, nothing.stdout) == (3, "")
    fakes("up")
    lines = fakes.environment()
    assert lines["WEB_NOTE"] == "two words"
    assert lines["EMBEDDED_HOME"] == str(fakes.home)
    script = fakes("env", "--export").stdout + 'printf %s "$WEB_NOTE"'
    assert subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout == "two words"
    assert shlex.split(script)


def test_logs_shows_the_last_lines_and_follows(fakes: Command) -> None:
    fakes("up", "--only", "web")
    log = fakes.home / "logs" / "web.log"
    with log.open("a") as file:
        file.write("one\ntwo\n")
    assert fakes("logs", "web", "-n", "2").stdout == "one\ntwo\n"
    follower = fakes.spawn("logs", "web", "-f", "-n", "1")
    eventually(lambda: follower.stdout.readline() == "two\n")
    with log.open("a") as file:
        file.write("three\n")
    eventually(lambda: follower.stdout.readline() == "three\n")
    follower.send_signal(signal.SIGINT)
    follower.communicate(timeout=10)
    assert follower.returncode == 130


def test_an_unknown_service_is_refused_by_name(fakes: Command) -> None:
    refused = fakes("up", "--only", "web,mysql")
    assert refused.returncode == 2
    assert "'web,mysql' is not some of web, quiet" in refused.stderr


def test_a_wrong_setting_is_refused_before_anything_starts(fakes: Command) -> None:
    refused = fakes("up", KESTRA_PASSWORD="short")
    assert refused.returncode == 2
    assert "KESTRA_PASSWORD does not have at least 8 characters" in refused.stderr
    assert not fakes.home.exists()


def test_other_settings_for_a_running_service_are_mentioned(fakes: Command) -> None:
    fakes("up", "--only", "web")
    again = fakes("up", "--only", "web", DATASET_SEED="7")
    assert again.returncode == 0
    assert "web runs with other settings (WEB_SEED)" in again.stdout


def test_reset_clears_both_folders_and_follows_no_link(fakes: Command, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("kept")
    fakes("up", "--only", "web")
    (fakes.home / "link").symlink_to(outside)
    fakes.storage.mkdir()
    (fakes.storage / ".gitkeep").touch()
    (fakes.storage / "kestra-workbook.txt").touch()
    (fakes.storage / "main").mkdir()
    (fakes.storage / "main" / "link").symlink_to(outside)

    asked = fakes("reset")
    assert asked.returncode == 2
    assert (fakes.home / "link").exists()

    assert fakes("reset", "--yes").returncode == 0
    assert fakes.nothing_runs()
    assert sorted(p.name for p in fakes.storage.iterdir()) == [".gitkeep", "kestra-workbook.txt"]
    assert sorted(p.name for p in fakes.home.iterdir()) == ["kestra-workbook.txt", "supervisor.lock"]
    assert (outside / "precious").read_text() == "kept"


@pytest.mark.parametrize("name", ["EMBEDDED_HOME", "KESTRA_STORAGE"])
def test_reset_refuses_a_foreign_folder(fakes: Command, tmp_path: Path, name: str) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "precious").write_text("kept")
    refused = fakes("reset", "--yes", **{name: str(foreign)})
    assert refused.returncode == 2
    assert f"not ours to clear: check {name}" in refused.stderr
    assert [p.name for p in foreign.iterdir()] == ["precious"]


def test_up_refuses_a_foreign_folder(fakes: Command, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    refused = fakes("up", EMBEDDED_HOME=str(tmp_path))
    assert refused.returncode == 2
    assert "set EMBEDDED_HOME to an empty or a new folder" in refused.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["precious"]
