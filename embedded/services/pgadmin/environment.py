"""The Python environment of pgAdmin: its packages conflict with the project's, and few need them.

It is built at the first start, from a lock with hashes, in the cache that all checkouts share.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from shutil import rmtree

from filelock import FileLock
from uv import find_uv_bin

from embedded.shared.paths import cache_folder

LOCK = Path(__file__).with_name("pgadmin.lock")
INSTALL_SECONDS = 1800
_PIP = {"PIP_INDEX_URL": "UV_DEFAULT_INDEX", "PIP_EXTRA_INDEX_URL": "UV_INDEX", "PIP_CERT": "SSL_CERT_FILE"}
"""Variables of pip, which uv does not read, with their names there."""


class InstallError(Exception):
    """The environment could not be built; the message says why."""


def python() -> Path:
    """The environment's interpreter, whether it is built or not."""
    return _folder() / "bin" / "python"


def build() -> None:
    """Build the environment, if it is not there.

    Raises:
        InstallError: the packages could not be fetched.
    """
    folder = _folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if (folder / "complete").exists():  # an interrupted build has no such file, and is repeated
            return
        rmtree(folder, ignore_errors=True)
        _uv("venv", "--python", str(_base()), str(folder))
        _uv("pip", "install", "--require-hashes", "--no-deps", "--python", str(folder), "--requirements", str(LOCK))
        (folder / "complete").touch()


def _folder() -> Path:
    parts = [sys.platform, str(_base()), LOCK.read_text()]
    return cache_folder() / "environments" / f"pgadmin-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:20]}"


def _base() -> Path:
    """The Python that runs the stack, outside its virtual environment."""
    return Path(sys._base_executable).resolve()  # type: ignore[attr-defined]


def _uv(*arguments: str) -> None:
    options = ["--quiet", "--no-progress", "--no-config", "--cache-dir", str(cache_folder() / "uv")]
    environment = {ours: os.environ[pip] for pip, ours in _PIP.items() if os.environ.get(pip)} | os.environ
    try:
        result = subprocess.run(
            [find_uv_bin(), *arguments, *options],
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InstallError(f"pgAdmin's packages were not installed within {INSTALL_SECONDS} s") from None
    if result.returncode:
        raise InstallError(f"pgAdmin's packages could not be installed: {(result.stderr or result.stdout).strip()}")
