"""Python environments beside the project's, in the cache that all checkouts share. uv builds them."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from shutil import rmtree
from threading import Lock

from filelock import FileLock
from uv import find_uv_bin

from embedded.shared.paths import cache_folder

INSTALL_TIMEOUT_SECONDS = 1800
_FINDING = Lock()
"""Python 3.11's `sysconfig`, which finds uv, answers None to a thread that asks while another fills its table."""


class EnvironmentProblem(Exception):
    """An environment could not be built; the message says what to do."""


def locked(lock: Path, problem: str) -> Path:
    """The folder of the commands of an environment that is built once, from a lock.

    Parameters:
        lock: every package with its version and hashes; its name becomes a part of the environment's.
        problem: what to say when the packages cannot be fetched; uv's own words follow.

    Raises:
        EnvironmentProblem: it is not built yet and its packages could not be fetched.
    """
    base = own_python()
    target = folder() / f"{lock.stem}-{digest([str(base), lock.read_text()])}"
    with FileLock(f"{target}.lock"):
        if not (target / "complete").exists():  # an interrupted build has no such file, and is repeated
            rmtree(target, ignore_errors=True)
            uv(["venv", "--python", str(base), str(target)], f"A Python environment from {base} could not be made")
            # The lock is complete: dependencies of packages are not resolved.
            how = ["--require-hashes", "--no-deps", "--compile-bytecode"]
            uv(["pip", "install", *how, "--python", str(target), "--requirements", str(lock)], problem)
            (target / "complete").touch()
    return target / "bin"


def own_python() -> Path:
    """The Python that runs this stack, outside its virtual environment."""
    return Path(sys._base_executable).resolve()  # type: ignore[attr-defined]


def uv(arguments: list[str], problem: str) -> None:
    """Run uv, with the cache of all checkouts.

    Parameters:
        arguments: its command and what that takes.
        problem: what to say when it fails; uv's own words follow.

    Raises:
        EnvironmentProblem: it failed.
    """
    options = ["--quiet", "--no-progress", "--no-config", "--cache-dir", str(cache_folder() / "uv")]
    with _FINDING:
        program = find_uv_bin()
    execute([program, *arguments, *options], problem)


def execute(command: list[str], problem: str) -> None:
    """Run a program that builds a part of an environment.

    Parameters:
        command: the program and its arguments.
        problem: what to say when it fails; its own words follow.

    Raises:
        EnvironmentProblem: it failed, or has no end.
    """
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_SECONDS, env=_uv_environment(), check=False
        )
    except subprocess.TimeoutExpired as error:
        raise EnvironmentProblem(f"{problem}: no end after {INSTALL_TIMEOUT_SECONDS} s.") from error
    if result.returncode != 0:
        raise EnvironmentProblem(f"{problem}:\n{(result.stderr or result.stdout).strip()}")


def _uv_environment() -> dict[str, str]:
    """Translate pip's variables for uv, which does not read them."""
    translated = {"PIP_INDEX_URL": "UV_DEFAULT_INDEX", "PIP_EXTRA_INDEX_URL": "UV_INDEX", "PIP_CERT": "SSL_CERT_FILE"}
    named = {uv: os.environ[pip] for pip, uv in translated.items() if os.environ.get(pip)}
    if links := os.environ.get("PIP_FIND_LINKS"):
        named["UV_FIND_LINKS"] = ",".join(links.split())
    return named | os.environ


def folder() -> Path:
    """The folder of all environments."""
    target = cache_folder() / "environments"
    target.mkdir(parents=True, exist_ok=True)
    return target


def digest(parts: list[str]) -> str:
    """A name for what depends on these parts, and on the kind of machine."""
    return hashlib.sha256("\0".join([sys.platform, *parts]).encode()).hexdigest()[:20]
