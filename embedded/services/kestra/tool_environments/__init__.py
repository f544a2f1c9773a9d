"""Command-line tools that tasks run, each in its own environment: their packages conflict with the project's.

A tool is a `.lock` in this folder: every package with its version and hashes, for each Python from 3.11 on. Its
environment is built once, in the cache that all checkouts share, and used without network afterwards.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import rmtree

from filelock import FileLock

from embedded.services.kestra import environments

LOCKS = Path(__file__).parent
TOOLS = ("dbt", "aws")


def commands(tool: str) -> Path:
    """The folder that holds a tool's command, built at its first use.

    Parameters:
        tool: one of `TOOLS`.

    Raises:
        EnvironmentProblem: it is not built yet and its packages could not be fetched.
    """
    lock = LOCKS / f"{tool}.lock"
    base = environments.installed()
    folder = environments.folder() / f"{tool}-{environments.digest([str(base), lock.read_text()])}"
    with FileLock(f"{folder}.lock"):
        if not (folder / "complete").exists():  # an interrupted build has no such file, and is repeated
            rmtree(folder, ignore_errors=True)
            _build(lock, base, folder)
            (folder / "complete").touch()
    return folder / "bin"


def prewarm() -> None:
    """Build the environments of all tools ahead of their use. Raises EnvironmentProblem, as `commands` does."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(commands, TOOLS))


def _build(lock: Path, base: Path, folder: Path) -> None:
    environments.uv(["venv", "--python", str(base), str(folder)], f"A Python environment from {base} could not be made")
    # The lock is complete: dependencies of packages are not resolved.
    how = ["--require-hashes", "--no-deps", "--compile-bytecode"]
    environments.uv(
        ["pip", "install", *how, "--python", str(folder), "--requirements", str(lock)],
        f"The packages of the command `{lock.stem}` are not installed yet and could not be fetched. "
        "With a network, run `make setup` once",
    )
