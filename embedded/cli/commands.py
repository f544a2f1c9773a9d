"""The command: up, stop, down, status, logs, env, reset and run."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import catalog
from embedded.cli.logs import show_logs
from embedded.cli.status import exit_code, read_status, table
from embedded.registry import Stack
from embedded.shared.settings import Settings, SettingsError
from embedded.shared.state_folder import StateFolder, StateFolderError, explained
from embedded.supervision import client, reset
from embedded.supervision.control import ControlError
from embedded.supervision.foreground import CommandError, run_command
from embedded.supervision.managed_service import LIVE
from embedded.supervision.messages import Env
from embedded.supervision.progress import Progress
from embedded.supervision.signals import Interrupted, SignalQueue, raise_on_signals
from embedded.supervision.supervisor import serve

_FAILED, _REFUSED, _NOTHING_RUNS = 1, 2, 3


@dataclass(frozen=True)
class _Command:
    """One command and what it works on."""

    arguments: argparse.Namespace
    settings: Settings
    folder: StateFolder
    stack: Stack

    def up(self) -> int:
        """Start services; they go on when the command has ended."""
        progress, as_stack = Progress(sys.stdout), self.arguments.as_stack
        started = client.start(self._chosen(), self.folder, self.stack, progress, SignalQueue(), as_stack=as_stack)
        started.call.close()
        if not started.ready:
            return self._explain_failure()
        print("\n".join(_addresses(started.env)))
        print(_address("logs", self.folder.logs))
        return 0

    def run(self) -> int:
        """Start services, run a command, stop what was started."""
        argv = self.arguments.argv[1:] if self.arguments.argv[:1] == ["--"] else self.arguments.argv
        if not argv:
            print("error: say what to run: `run -- COMMAND ...`", file=sys.stderr)
            return _REFUSED
        progress, signals = Progress(sys.stderr), SignalQueue()
        lease = uuid.uuid4().hex
        started = client.start(self._chosen(), self.folder, self.stack, progress, signals, lease)
        try:
            inside = {**started.env, client.LEASE: lease}
            if self.settings.real_aws:  # the services are ours, and yet the clouds are not
                inside["WORKBOOK_STACK"] = "cloud"
            return run_command(argv, inside, signals) if started.ready else self._explain_failure()
        except CommandError as error:
            print(f"error: {error}", file=sys.stderr)
            return error.exit_code
        finally:
            # Lines of their own: what the command printed stands where the services' lines were.
            if client.release(started.call, progress := Progress(sys.stderr)):
                self._name_what_stays(progress)

    def _chosen(self) -> list[str]:
        """The services that the command line names, or those that start by default with these settings."""
        by_default = [one for one in self.stack.services if one.name in self.stack.default]
        return self.arguments.only or [one.name for one in by_default if one.is_of_use(self.settings)]

    def _name_what_stays(self, progress: Progress) -> None:
        states = read_status(self.folder)["services"]
        names = [service["name"] for service in states if service["state"] in LIVE]
        if names:
            progress.note(f"still running, as before: {', '.join(names)}; `make down` stops them")

    def _explain_failure(self) -> int:
        print(table(read_status(self.folder)), file=sys.stderr)
        print(f"not everything is ready; the logs are in {self.folder.logs}", file=sys.stderr)
        return _FAILED

    def down(self) -> int:
        """Stop everything."""
        if not client.stop(self.folder, self.settings, self.stack, Progress(sys.stdout)):
            print("nothing was running")
        return 0

    def stop(self) -> int:
        """Stop some services."""
        progress = Progress(sys.stdout)
        stopped = client.stop_some(self.arguments.names, self.folder, self.settings, self.stack, progress)
        if idle := [name for name in self.arguments.names if name not in stopped]:
            print(f"{', '.join(idle)} did not run")
        return 0

    def status(self) -> int:
        """Show the services."""
        status = read_status(self.folder)
        if self.arguments.json:
            print(json.dumps(status, indent=2))
        else:
            print(table(status) if status["services"] else "nothing was ever started here")
        return exit_code(status)

    def env(self) -> int:
        """Print the lines with which clients find the running services."""
        answer = client.ask(self.folder, Env())
        if not answer or not answer["env"]:
            print("nothing is running: `python -m embedded up` starts it", file=sys.stderr)
            return _NOTHING_RUNS
        for note in answer["restarted"]:
            print(note, file=sys.stderr)
        for name, value in answer["env"].items():
            print(f"export {name}={shlex.quote(value)}" if self.arguments.export else f"{name}={value}")
        return 0

    def logs(self) -> int:
        """Show logs."""
        names = [self.arguments.service] if self.arguments.service else self.stack.names
        files = {name: self.folder.log_of(name) for name in names}
        show_logs(files, self.arguments.lines, self.arguments.follow, sys.stdout)
        return 0

    def reset(self) -> int:
        """Stop everything and delete all state."""
        reset.check(self.folder, self.settings)
        folders = reset.describe(self.folder, self.settings)
        if not self.arguments.yes and not _agreed(folders):
            print("nothing was deleted; `--yes` deletes without asking", file=sys.stderr)
            return _REFUSED
        client.stop(self.folder, self.settings, self.stack, Progress(sys.stdout))
        reset.clear(self.folder, self.settings, self.stack)
        print("cleared " + " and ".join(str(folder) for folder in folders) if folders else "there was nothing to clear")
        return 0


def main(argv: list[str], stack: Stack) -> int:
    """Run one command.

    Parameters:
        argv: what follows the program's name.
        stack: the services to work on.

    Returns:
        The exit code.
    """
    arguments = _parser(stack).parse_args(argv)
    if arguments.command == "supervise":
        return serve(Path(arguments.folder), stack.services)
    folder = StateFolder(Path())
    try:
        raise_on_signals()
        settings = Settings.load()
        folder = StateFolder(settings.home)
        folder.check()
        command = _Command(arguments, settings, folder, stack)
        return int(getattr(command, arguments.command)())
    except (SettingsError, StateFolderError, ControlError) as error:
        print(f"error: {error}", file=sys.stderr)
        return _REFUSED
    except Interrupted as interrupt:
        return interrupt.exit_code
    except BrokenPipeError:  # the reader of our output has left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"error: {explained(error, folder.path)}", file=sys.stderr)
        return _REFUSED
    finally:
        _drop_unwritten()


def _drop_unwritten() -> None:
    """Drop what a closed terminal no longer takes: at its end, Python would make exit code 120 of it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _agreed(folders: list[Path]) -> bool:
    if not sys.stdin.isatty():
        return False
    print("This stops the stack and deletes everything in " + " and ".join(str(folder) for folder in folders))
    return input("Go on? [y/N] ").strip().lower() in ("y", "yes")


def _addresses(env: dict[str, str]) -> list[str]:
    """A line a running service that has an address."""
    located = {spec.name: spec.located(env) for spec in catalog.SERVICES}
    return [_address(name, address) for name, address in located.items() if address]


def _address(name: str, location: object) -> str:
    return f"  {name:<13} {location}"


def _parser(stack: Stack) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m embedded", description="The workbook's stack without Docker.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text)

    up = add("up", "Start services and wait until they are ready.")
    run = add("run", "Start services, run a command with `env` in its environment, stop what was started.")
    for starter in (up, run):
        starter.add_argument(
            "--only", type=_names_of(stack), default=[], metavar="A,B", help=f"some of {', '.join(stack.names)}; or all"
        )
    up.add_argument("--as-stack", action="store_true", help="with the settings of the stack, not of this shell")
    run.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- COMMAND ...")
    stop = add("stop", "Stop some services; the rest go on. `up --only` starts them again on the same ports.")
    stop.add_argument("names", type=_names_of(stack), metavar="A,B", help=f"some of {', '.join(stack.names)}")
    add("down", "Stop everything.")
    status = add("status", "Show the services. Exit code 0: all well, 1: one has failed or is unhealthy, 3: none runs.")
    status.add_argument("--json", action="store_true", help="as JSON")
    env = add("env", "Print KEY=value lines with which clients find the running services.")
    env.add_argument("--export", action="store_true", help="as lines for a shell to evaluate")
    logs = add("logs", "Show the services' logs.")
    logs.add_argument("service", nargs="?", choices=[*stack.names, "supervisor"], help="all services when left out")
    logs.add_argument("-f", "--follow", action="store_true", help="go on with new lines")
    logs.add_argument("-n", "--lines", type=int, default=50, help="how many of the last lines (50)")
    reset_ = add("reset", "Stop everything and delete all state.")
    reset_.add_argument("--yes", action="store_true", help="do not ask")
    commands.add_parser("supervise").add_argument("folder")
    return parser


def _names_of(stack: Stack) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        wanted = stack.names if text == "all" else [name.strip() for name in text.split(",") if name.strip()]
        unknown = [name for name in wanted if name not in stack.names]
        if unknown or not wanted:
            raise argparse.ArgumentTypeError(f"{text!r} is not some of {', '.join(stack.names)}")
        return wanted

    return names
