"""Bodies of `io.kestra.plugin.scripts`: in which environment a script's commands run."""

import os
import re
import sys
import time
from pathlib import Path

from embedded.services.kestra import environments
from embedded.services.kestra.tasks import process_group
from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError, body

PREFIX = "io.kestra.plugin.scripts."

HANDED_ON = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE"
    r"|(?i:https?_proxy|no_proxy|all_proxy)|PIP_\w+|UV_\w+"
)
"""The engine's own variables that a script may see. All others stay behind: they hold the stack's passwords."""
CREDENTIALS = re.compile(r"://[^/\s]*@")

GUARD = [sys.executable, "-I", "-S", process_group.__file__]


@body(PREFIX + "shell.Script", PREFIX + "shell.Commands")
def shell(task: Task) -> Outputs:
    """A shell script sees the machine's own commands."""
    return place(environment())


@body(PREFIX + "python.Script", PREFIX + "python.Commands")
def python(task: Task) -> Outputs:
    """A Python script sees a clean interpreter and the task's `dependencies`."""
    dependencies = task.properties["dependencies"]
    started = time.monotonic()
    try:
        interpreter = environments.interpreter(task.properties["pythonVersion"])
        packages = environments.packages(dependencies, interpreter, renew=not task.properties["dependencyCacheEnabled"])
    except environments.EnvironmentProblem as problem:
        raise TaskError(str(problem)) from problem
    if dependencies:
        task.time("deps.cache.download.duration", time.monotonic() - started)
    return place(_python_environment(interpreter, packages, task.working_directory))


def _python_environment(interpreter: Path, packages: Path | None, folder: Path) -> dict[str, str]:
    """What `pip install` adds in `beforeCommands` goes to the working directory and vanishes with it."""
    added = folder / ".packages"
    places = [path for path in (added, packages) if path]
    commands = [interpreter.parent, *(path / "bin" for path in places)]
    return with_commands(environment(), *commands) | {
        "PYTHONPATH": os.pathsep.join(map(str, places)),
        "PYTHONUNBUFFERED": "true",
        "PIP_TARGET": str(added),
        "PIP_ROOT_USER_ACTION": "ignore",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


def environment() -> dict[str, str]:
    """The variables that every command gets: those of the engine's own that hold none of the stack's secrets."""
    kept = {name: value for name, value in os.environ.items() if HANDED_ON.fullmatch(name)}
    own = str(Path(sys.prefix, "bin"))
    path = (place for place in kept.get("PATH", os.defpath).split(os.pathsep) if place != own)
    return {name: value for name, value in kept.items() if not CREDENTIALS.search(value)} | {
        "PATH": os.pathsep.join(path)
    }


def with_commands(environment: dict[str, str], *folders: Path) -> dict[str, str]:
    """An environment in which the commands of these folders come first."""
    return environment | {"PATH": os.pathsep.join([*map(str, folders), environment.get("PATH", os.defpath)])}


def place(environment: dict[str, str]) -> Outputs:
    """What the engine needs to run a task's commands in this environment."""
    return {"environment": environment, "guard": GUARD}
