"""Fetches the engine's Java artifacts, each pinned and checked by `engine.lock`.

A line of the lock is `group:artifact:packaging:version scope sha256`; scope `engine` goes on the class path of the
engine, `compiler` is what compiles the task types. `python -m embedded.kestra.artifacts` fetches what is missing;
`python -m embedded.kestra.artifacts lock` resolves `engine.pom.xml` again with Maven (`mvn` must be installed) and
rewrites the lock: do that after changing a version there, and commit both files.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from jgo.maven import MavenContext
from tqdm import tqdm

from embedded.paths import cache_folder

HERE = Path(__file__).parent
LOCK = HERE / "engine.lock"
POM = HERE / "engine.pom.xml"
COMPILER = "org.eclipse.jdt:ecj:jar:3.42.0"
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
        _, artifact, packaging, version = self.coordinate.split(":")
        return cache_folder() / "artifacts" / self.sha256[:16] / f"{artifact}-{version}.{packaging}"


def read_lock(lock: Path = LOCK) -> list[Artifact]:
    """The artifacts of the lock file, in its order."""
    lines = (line.strip() for line in lock.read_text().splitlines())
    return [Artifact(*line.split()) for line in lines if line and not line.startswith("#")]


def engine_jars() -> list[Path]:
    """The engine's class path. Fetches what is missing; raises ArtifactError when it cannot."""
    return fetch("engine")


def compiler_jar() -> Path:
    """The Java compiler. Fetches it if missing; raises ArtifactError when it cannot."""
    return fetch("compiler")[0]


def fetch(scope: str) -> list[Path]:
    """Make sure that every artifact of a scope is in the cache, and return their paths in the lock's order."""
    wanted = [artifact for artifact in read_lock() if artifact.scope == scope]
    missing = [artifact for artifact in wanted if not artifact.path.exists()]
    if missing:
        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            done = pool.map(_download, missing)
            for _ in tqdm(done, total=len(missing), desc=f"Fetching {scope} artifacts", unit="file"):
                pass
    return [artifact.path for artifact in wanted]


def _download(artifact: Artifact) -> None:
    with tempfile.TemporaryDirectory(prefix="artifact-", dir=_folder(cache_folder())) as scratch:
        file = _resolve(artifact.coordinate, Path(scratch))
        digest = _sha256(file)
        if digest != artifact.sha256:
            raise ArtifactError(
                f"{artifact.coordinate} has SHA-256 {digest}, but {LOCK.name} says {artifact.sha256}. "
                "Nothing was installed. Try again; if it stays, the artifact was replaced at its source."
            )
        _folder(artifact.path.parent)
        file.replace(artifact.path)  # atomic: another process sees the whole file or none


def _resolve(coordinate: str, scratch: Path) -> Path:
    group, name, packaging, version = coordinate.split(":")
    for attempt in range(ATTEMPTS):
        try:
            context = MavenContext(repo_cache=scratch, timeout=60)
            component = context.project(group, name).at_version(version)
            return Path(component.artifact(packaging=packaging).resolve())
        except Exception as error:  # jgo raises many kinds; all mean that the file did not arrive
            if attempt == ATTEMPTS - 1:
                raise ArtifactError(
                    f"{coordinate} could not be fetched from Maven Central: {error}. "
                    "Check the network and run `make setup` again; what has arrived is kept."
                ) from error
            shutil.rmtree(scratch / group.split(".")[0], ignore_errors=True)
    raise AssertionError("unreachable")


def write_lock(lock: Path = LOCK) -> None:
    """Resolve `engine.pom.xml` with Maven and write coordinates and digests of all its runtime dependencies."""
    with tempfile.TemporaryDirectory() as scratch:
        listing = Path(scratch, "list.txt")
        goal = ["dependency:list", "-DincludeScope=runtime", f"-DoutputFile={listing}"]
        subprocess.run(["mvn", "-q", "-B", "-f", POM, *goal], check=True)
        found = {":".join(line.strip().split(" ")[0].split(":")[:4]) for line in listing.read_text().splitlines()[2:]}
        wanted = [("engine", coordinate) for coordinate in sorted(filter(None, found))] + [("compiler", COMPILER)]

        def locked(entry: tuple[str, str]) -> str:
            scope, coordinate = entry
            folder = Path(scratch, coordinate.replace(":", "_"))
            return f"{coordinate} {scope} {_sha256(_resolve(coordinate, folder))}"

        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            lines = list(tqdm(pool.map(locked, wanted), total=len(wanted), desc="Locking", unit="file"))
    head = "# Written by `python -m embedded.kestra.artifacts lock` from engine.pom.xml: do not edit by hand.\n"
    lock.write_text(head + "\n".join(lines) + "\n")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


if __name__ == "__main__":
    if sys.argv[1:] == ["lock"]:
        write_lock()
    else:
        try:
            print(f"{len(engine_jars())} engine artifacts and the compiler ({compiler_jar().name}) are in the cache.")
        except ArtifactError as problem:
            sys.exit(str(problem))
