"""Fetches files of Maven Central, each pinned and checked by a lock file.

A line of a lock is `group:artifact:packaging:version scope sha256`, with a classifier `group:artifact:packaging:
classifier:version ...`; the scope tells what the file is for.
"""

import hashlib
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from jgo.maven import MavenContext
from tqdm import tqdm

from embedded.shared.paths import cache_folder

DOWNLOADS_AT_ONCE = 12
ATTEMPTS = 3


class ArtifactError(Exception):
    """An artifact could not be fetched, or is not the one that the lock names."""


@dataclass(frozen=True)
class Artifact:
    """One locked file: Maven coordinate, what it is for, and the SHA-256 of its content."""

    coordinate: str
    scope: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where it is cached. The digest is part of the path, so a file there has been checked."""
        _, artifact, packaging, *_, version = self.coordinate.split(":")
        return cache_folder() / "artifacts" / self.sha256[:16] / f"{artifact}-{version}.{packaging}"


def read_lock(lock: Path) -> list[Artifact]:
    """The artifacts of a lock file, in its order."""
    lines = (line.strip() for line in lock.read_text().splitlines())
    return [Artifact(*line.split()) for line in lines if line and not line.startswith("#")]


def fetch(lock: Path, scope: str) -> list[Path]:
    """Make sure that every artifact of a scope is in the cache.

    Parameters:
        lock: the lock file.
        scope: which of its artifacts.

    Returns:
        Their paths, in the lock's order.

    Raises:
        ArtifactError: one cannot be fetched, or is not what the lock says.
    """
    wanted = [artifact for artifact in read_lock(lock) if artifact.scope == scope]
    missing = [artifact for artifact in wanted if not artifact.path.exists()]
    if missing:
        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            done = pool.map(_download, missing, [lock.name] * len(missing))
            for _ in tqdm(done, total=len(missing), desc=f"Fetching {scope} artifacts", unit="file"):
                pass
    return [artifact.path for artifact in wanted]


def _download(artifact: Artifact, lock: str) -> None:
    with tempfile.TemporaryDirectory(prefix="artifact-", dir=_folder(cache_folder())) as scratch:
        file = resolve(artifact.coordinate, Path(scratch))
        digest = sha256(file)
        if digest != artifact.sha256:
            raise ArtifactError(
                f"{artifact.coordinate} has SHA-256 {digest}, but {lock} says {artifact.sha256}. "
                "Nothing was installed. Try again; if it stays, the artifact was replaced at its source."
            )
        _folder(artifact.path.parent)
        file.replace(artifact.path)  # atomic: another process sees the whole file or none


def resolve(coordinate: str, scratch: Path) -> Path:
    """Fetch an artifact into a folder, unchecked. Raises ArtifactError when it does not arrive."""
    group, name, packaging, *classifier, version = coordinate.split(":")
    for attempt in range(ATTEMPTS):
        try:
            context = MavenContext(repo_cache=scratch, timeout=60)
            component = context.project(group, name).at_version(version)
            return Path(component.artifact("".join(classifier), packaging).resolve())
        except Exception as error:  # jgo raises many kinds; all mean that the file did not arrive
            if attempt == ATTEMPTS - 1:
                raise ArtifactError(
                    f"{coordinate} could not be fetched from Maven Central: {error}. "
                    "Check the network and run `make setup` again; what has arrived is kept."
                ) from error
            shutil.rmtree(scratch / group.split(".")[0], ignore_errors=True)
    raise AssertionError("unreachable")


def sha256(file: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
