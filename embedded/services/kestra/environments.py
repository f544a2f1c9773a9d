"""Python environments of scripts: a clean interpreter, and a folder of packages for each list of `dependencies`.

An environment is built once, under a digest of its dependencies, and used by all tasks afterwards, without network.
`python -m embedded.services.kestra.environments prewarm flows` builds those that the flows of a
folder ask for.

As in the official image `python:3.13-slim`, a script without `dependencies` has the standard library only; not even
`kestra`, which a flow lists when it uses it. The Python version is the one that runs this stack, unless the task names
another by `pythonVersion` that is installed on this machine; the tag of `containerImage` is not followed.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock

from embedded.shared.python_environments import EnvironmentProblem, digest, execute, folder, own_python, uv

PYTHON_TYPES = ("io.kestra.plugin.scripts.python.Script", "io.kestra.plugin.scripts.python.Commands")


def interpreter(version: str = "") -> Path:
    """The `python` of a clean environment, made at its first use.

    Parameters:
        version: such as `3.12`; empty for the version that runs this stack.

    Raises:
        EnvironmentProblem: no such Python is installed.
    """
    base = installed(version)
    target = folder() / f"python-{digest([str(base)])}"
    python = target / "bin" / "python"
    with FileLock(f"{target}.lock"):
        if not (target / "complete").exists():
            shutil.rmtree(target, ignore_errors=True)
            execute([str(base), "-m", "venv", str(target)], f"A Python environment from {base} could not be made")
            (target / "complete").touch()
    return python


def packages(dependencies: list[str], python: Path, renew: bool = False) -> Path | None:
    """The folder that holds the packages, installed at the first use of this list; None for an empty list.

    Parameters:
        dependencies: requirements as `pip` takes them, in any order.
        python: the interpreter that will import them.
        renew: install again even if there is such a folder.

    Raises:
        EnvironmentProblem: they could not be installed.
    """
    wanted = sorted({" ".join(dependency.split()) for dependency in dependencies} - {""})
    if not wanted:
        return None
    target = folder() / f"packages-{digest([str(python), *wanted])}"
    with FileLock(f"{target}.lock"):
        if renew or not target.exists():
            _install(wanted, python, target)
    return target


def prewarm(dependency_lists: Iterable[list[str]]) -> None:
    """Build the environments of these lists of dependencies ahead of their use."""
    python = interpreter()
    for dependencies in dependency_lists:
        packages(dependencies, python)


def dependency_lists(flows: Path) -> list[list[str]]:
    """The lists of dependencies that the Python tasks of the flows in a folder ask for, each once."""
    lists = {
        tuple(task["dependencies"])
        for file in sorted(flows.glob("*.y*ml"))
        for task in _tasks(yaml.safe_load(file.read_text()))
        if isinstance(task.get("dependencies"), list)
    }
    return [list(dependencies) for dependencies in sorted(lists)]


def _tasks(node: Any) -> Iterator[dict[str, Any]]:
    """The Python tasks anywhere in a flow."""
    if isinstance(node, dict):
        if node.get("type") in PYTHON_TYPES:
            yield node
        for value in node.values():
            yield from _tasks(value)
    elif isinstance(node, list):
        for value in node:
            yield from _tasks(value)


def _install(wanted: list[str], python: Path, target: Path) -> None:
    """Install into a folder beside the final one and rename it: others see all of it or nothing."""
    with tempfile.TemporaryDirectory(prefix="install-", dir=target.parent) as scratch:
        built = Path(scratch, "packages")
        uv(
            ["pip", "install", "--python", str(python), "--target", str(built), *wanted],
            f"The Python packages {', '.join(wanted)} are not installed yet and could not be fetched. "
            "With a network, run `make setup` once, which fetches what the flows need",
        )
        shutil.rmtree(target, ignore_errors=True)
        built.rename(target)


def installed(version: str = "") -> Path:
    """A Python of this machine, outside any virtual environment.

    Parameters:
        version: such as `3.12`; empty for the version that runs this stack.

    Raises:
        EnvironmentProblem: no such Python is installed.
    """
    if not version or _is_own(version):
        return own_python()
    executable = shutil.which(f"python{version}")
    if not executable:
        own_version = ".".join(map(str, sys.version_info[:3]))
        raise EnvironmentProblem(
            f"Python {version} is not installed on this machine (no `python{version}` on the PATH). "
            f"Without `pythonVersion`, the task runs on Python {own_version}."
        )
    return Path(executable).resolve()


def _is_own(version: str) -> bool:
    parts = version.split(".")
    return [str(part) for part in sys.version_info[: len(parts)]] == parts


def _main(arguments: list[str]) -> None:
    if len(arguments) != 2 or arguments[0] != "prewarm":
        sys.exit("usage: python -m embedded.services.kestra.environments prewarm FOLDER_OF_FLOWS")
    lists = dependency_lists(Path(arguments[1]))
    try:
        prewarm(lists)
    except EnvironmentProblem as problem:
        sys.exit(str(problem))
    print(f"{len(lists)} environments of Python scripts are in the cache.")


if __name__ == "__main__":
    _main(sys.argv[1:])
