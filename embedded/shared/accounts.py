"""Runs programs that refuse to be root, when we are root (as in a container)."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_EXTERNAL = Path("/var/lib").resolve()


@dataclass(frozen=True)
class Account:
    """Whom a process runs as, when not as ourselves."""

    uid: int
    gid: int


@dataclass(frozen=True)
class RunLocation:
    """Where a service keeps its things and as whom its programs run.

    Parameters:
        base: the folder. Programs of another account can read nothing of ours, so that they need all of it in there.
        prefix: what to put before a program's command line.
        account: whom to run it as, when not as ourselves.
    """

    base: Path
    prefix: tuple[str, ...] = ()
    account: Account | None = None

    def create(self) -> None:
        """Create the folder, for the account only."""
        self.base.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.account:
            os.chown(self.base, self.account.uid, self.account.gid)

    def give(self, *paths: Path) -> None:
        """Hand files and folders, with what is in them, over to the account."""
        if not self.account:
            return
        for top in paths:
            for path in (top, *top.rglob("*")):
                os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)

    def remove(self) -> None:
        """Remove the folder if it is outside the service's own."""
        if self.account:
            shutil.rmtree(self.base, ignore_errors=True)


def choose_run_location(home: Path) -> RunLocation:
    """Choose the location of a service that must not be root.

    Parameters:
        home: the service's own folder.
    """
    if os.geteuid() != 0:
        return RunLocation(home)
    nobody = pwd.getpwnam("nobody")
    mapping = ("unshare", "-U", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}")
    if _works(mapping):
        return RunLocation(home, prefix=mapping)
    # The state folder is for root alone, so another account needs a location outside it.
    tag = hashlib.sha256(str(home).encode()).hexdigest()[:16]
    return RunLocation(_EXTERNAL / f"kestra-workbook-{tag}", account=Account(nobody.pw_uid, nobody.pw_gid))


@cache
def _works(prefix: tuple[str, ...]) -> bool:
    if not shutil.which(prefix[0]):
        return False
    return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
