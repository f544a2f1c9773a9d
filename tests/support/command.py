"""The command of a stack in a folder of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from embedded.shared.paths import ROOT
from embedded.shared.processes import OWNER, runs

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FAKES, REAL = "tests.wire.supervision.fake_stack", "embedded"


def take_signals() -> None:
    """To run in a child before its program: a shell's background jobs ignore Ctrl-C, those of `nohup` SIGHUP."""
    for number in ENDING_SIGNALS:
        signal.signal(number, signal.SIG_DFL)


class Command:
    """The command of one stack with one state folder."""

    def __init__(self, module: str, folder: Path) -> None:
        self.module = module
        self.home = folder / "home"
        self.storage = folder / "storage"
        inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        self.env = inherited | {
            "EMBEDDED_HOME": str(self.home),
            "KESTRA_STORAGE": str(self.storage),
            "EMBEDDED_CACHE": str(folder / "cache"),
            "POSTGRES_PORT": "0",
        }

    def spawn(self, *arguments: str, **env: str) -> subprocess.Popen[str]:
        """Start the command and return at once."""
        return subprocess.Popen(
            [sys.executable, "-m", self.module, *arguments],
            cwd=ROOT,
            env=self.env | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=take_signals,
        )

    def __call__(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        process = self.spawn(*arguments, **env)
        out, err = process.communicate(timeout=40)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def status(self) -> dict[str, dict]:
        """What `status --json` says of each service."""
        found = json.loads(self("status", "--json").stdout)
        return {service["name"]: service for service in found["services"]}

    def supervisor(self) -> int:
        """The supervisor's process number."""
        return json.loads(self("status", "--json").stdout)["supervisor"]["pid"]

    def environment(self) -> dict[str, str]:
        """What `env` says."""
        return dict(line.split("=", 1) for line in self("env").stdout.splitlines())

    def processes(self) -> list[str]:
        """All that runs on behalf of this stack."""
        return [" ".join(process.cmdline()) for process in psutil.process_iter() if self._owns(process)]

    def nothing_runs(self) -> bool:
        """Whether nothing runs on behalf of this stack."""
        return not self.processes()

    def _owns(self, process: psutil.Process) -> bool:
        try:
            marked = process.environ().get(OWNER, "").startswith(str(self.home))
            at_home = Path(process.cwd()).is_relative_to(self.home)
            return runs(process) and (marked or at_home or str(self.home) in process.cmdline())
        except psutil.Error:
            return False
