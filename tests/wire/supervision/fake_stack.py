"""The command on a stack of tiny services: `python -m tests.wire.supervision.fake_stack up`."""

import errno
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from catalog.services.dataset import DATASET
from embedded.cli.commands import main
from embedded.registry import Stack
from embedded.service import Context, ProcessSpec, Service
from embedded.shared.loopback import http_ok
from embedded.shared.settings import Settings

_PROCESS = str(Path(__file__).with_name("fake_service.py"))


class Web(Service):
    """Serves health checks and ends with its parent."""

    name = "web"
    requires = ()
    grace = 3.0
    check_interval = 0.1
    patience = float(os.environ.get("FAKE_PATIENCE", "3600"))
    restart_delays = (0.0, 0.0, 0.0)

    def wanted_ports(self, settings: Settings) -> dict[str, int]:
        return {"WEB_PORT": int(os.environ.get("FAKE_WEB_PORT", "0"))}

    def command(self, context: Context) -> ProcessSpec:
        env = {"WEB_SEED": str(context.settings[DATASET].seed)}
        argv = [sys.executable, _PROCESS, "serve", str(context.ports["WEB_PORT"])]
        return ProcessSpec(argv, env, ends_with_parent=True)

    def healthy(self, context: Context) -> bool:
        return http_ok(context.ports["WEB_PORT"], "/health")

    def alive(self, context: Context) -> bool:
        return self.healthy(context) and not (context.home / "ill").exists()

    def clean_up(self, context: Context, session: int | None) -> None:
        super().clean_up(context, session)
        (context.home / "ill").unlink(missing_ok=True)

    def environment(self, context: Context) -> dict[str, str]:
        return {"WEB_PORT": str(context.ports["WEB_PORT"]), "WEB_NOTE": "two words"}


class Quiet(Service):
    """A process that does not watch its parent."""

    name = "quiet"
    requires = ("web",)
    grace = 1.0
    restart_delays = (0.0,)

    def wanted_ports(self, settings: Settings) -> dict[str, int]:
        return {}

    def command(self, context: Context) -> ProcessSpec:
        return ProcessSpec(
            [sys.executable, _PROCESS, os.environ.get("FAKE_QUIET", "calm"), str(context.home / "leave")]
        )

    def healthy(self, context: Context) -> bool:
        said_in_this_life = context.log.read_text().rpartition("--- started")[2]
        return "ready" in said_in_this_life

    def environment(self, context: Context) -> dict[str, str]:
        return {"QUIET": "yes"}


STACK = Stack(services=(Web(), Quiet()), supervisor=("-m", "tests.wire.supervision.fake_stack", "supervise"))


def signal_ourselves_at(moment: str) -> None:
    """Have this process sent a signal at a moment that no other process can hit.

    Parameters:
        moment: the signal's number, `call` or `return`, and a function of `embedded`, such as `2 call release`.
    """
    number, kind, function = moment.split()

    def at_moment(frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if event == kind and code.co_qualname == function and f"{os.sep}embedded{os.sep}" in code.co_filename:
            sys.setprofile(None)
            os.kill(os.getpid(), int(number))

    sys.setprofile(at_moment)


_CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod"}


def break_the_disk(fault: Path) -> None:
    """Have what changes the state folder fail as on a disk that is full or read-only, from now on.

    Parameters:
        fault: a file that holds the number of the error; while there is none, all is well.
    """

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_CREAT | os.O_TRUNC)
        if (writes or event in _CHANGES) and str(arguments[0]).startswith(os.environ["EMBEDDED_HOME"]):
            if not (fault.exists() and (number := int(fault.read_text()))):
                return
            if number != errno.ENOSPC or event in ("open", "os.mkdir"):
                raise OSError(number, os.strerror(number), str(arguments[0]))

    sys.addaudithook(refuse)


if __name__ == "__main__":
    if "FAKE_FAULT" in os.environ:
        break_the_disk(Path(os.environ["FAKE_FAULT"]))
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # as `embedded.__main__` does
    if (moment := os.environ.pop("FAKE_SIGNAL", "")) and "supervise" not in sys.argv:
        signal_ourselves_at(moment)
    sys.exit(main(sys.argv[1:], STACK))
