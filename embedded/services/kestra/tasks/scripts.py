"""Bodies of `io.kestra.plugin.scripts`: the environment in which a script's commands run.

See https://kestra.io/plugins/plugin-script-python and https://kestra.io/plugins/plugin-script-shell.
"""

import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from embedded.services.kestra import environments
from embedded.services.kestra.tasks import images, own_python, process_group
from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError, body

PREFIX = "io.kestra.plugin.scripts."

LANGUAGES = {
    "node": "Node.js",
    "ruby": "Ruby",
    "r": "R",
    "julia": "Julia",
    "powershell": "PowerShell",
    "perl": "Perl",
    "php": "PHP",
    "go": "Go",
    "deno": "Deno",
    "bun": "Bun",
    "lua": "Lua",
}
"""The languages whose interpreters the machine may have, by the packages of their task types."""
HANDED_ON = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE"
    r"|(?i:https?_proxy|no_proxy|all_proxy)|PIP_\w+|UV_\w+"
)
"""The engine's variables that a script may see. The others may hold the stack's passwords."""
CREDENTIALS = re.compile(r"://[^/\s]*@")

PROCESS_GROUP = [sys.executable, "-I", "-S", process_group.__file__]
"""Command in front of a task's own, which ends all processes of the task with it."""


@body(PREFIX + "shell.Script", PREFIX + "shell.Commands")
def shell(task: Task) -> Outputs:
    """A shell script sees the machine's own commands."""
    return process_options(task, environment())


@body(*(f"{PREFIX}{language}.{kind}" for language in LANGUAGES for kind in ("Script", "Commands")))
def language(task: Task) -> Outputs:
    """A script in another language runs if the machine has its interpreter."""
    variables, program = environment(), task.properties["program"]
    path = task.properties["path"] or variables["PATH"]
    if program and not shutil.which(program, path=path):
        name = LANGUAGES[task.type.removeprefix(PREFIX).partition(".")[0]]
        raise TaskError(
            f"This machine has no {name}: there is no `{program}` on the PATH ({path}). Tasks run here without "
            f"containers, so install {name}, or let `beforeCommands` install it."
        )
    return process_options(task, variables)


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
    return _with_python(task, interpreter, packages)


def python_options(task: Task) -> Outputs:
    """How commands run that see a clean Python without packages, as `process_options` says it."""
    try:
        return _with_python(task, environments.interpreter(""), None)
    except environments.EnvironmentProblem as problem:
        raise TaskError(str(problem)) from problem


def _with_python(task: Task, interpreter: Path, packages: Path | None) -> Outputs:
    own = Path(tempfile.mkdtemp(prefix="python-", dir=task.scratch_folder)) / "environment"
    return process_options(task, _python_environment(interpreter, packages, own)) | {"temporary": str(own.parent)}


def _python_environment(interpreter: Path, packages: Path | None, own: Path) -> dict[str, str]:
    """The environment variables of a Python script, whose own Python environment is made."""
    commands = [own_python.create(interpreter, own), own_python.user_commands(own)]
    variables = {
        "PYTHONUNBUFFERED": "true",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    if packages:
        variables["PYTHONPATH"] = str(packages)
        commands.append(packages / "bin")
    return with_commands(environment(), *commands) | own_python.variables(own) | variables


def environment() -> dict[str, str]:
    """The environment variables of every command: those of the engine that hold no secret of the stack."""
    kept = {name: value for name, value in os.environ.items() if HANDED_ON.fullmatch(name)}
    own = str(Path(sys.prefix, "bin"))
    path = (folder for folder in kept.get("PATH", os.defpath).split(os.pathsep) if folder != own)
    return {name: value for name, value in kept.items() if not CREDENTIALS.search(value)} | {
        "PATH": os.pathsep.join(path)
    }


def with_commands(environment: dict[str, str], *folders: Path) -> dict[str, str]:
    """An environment in which the commands of these folders come first."""
    return environment | {"PATH": os.pathsep.join([*map(str, folders), environment.get("PATH", os.defpath)])}


def process_options(task: Task, environment: dict[str, str]) -> Outputs:
    """How the engine runs a task's commands.

    Parameters:
        task: the task.
        environment: the commands' environment variables.

    Returns:
        The environment, the command that wraps each of them, and what the log says if they fail.
    """
    advice = images.advice(task.properties.get("containerImage", ""))
    return {"environment": environment, "wrapper": PROCESS_GROUP, "advice": advice}
