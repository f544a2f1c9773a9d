"""The engine's Java artifacts, pinned by `engine.lock`.

Scope `engine` is the class path of the engine, scope `compiler` the compiler of the task types.
`python -m embedded.services.kestra.artifacts` fetches what is missing. With the argument `lock` it resolves
`engine.pom.xml` again with Maven (`mvn` must be installed) and rewrites the lock: do that after changing a version
there, and commit both files.
"""

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tqdm import tqdm

from embedded.shared.downloads import DOWNLOADS_AT_ONCE, ArtifactError, fetch, resolve, sha256

HERE = Path(__file__).parent
LOCK = HERE / "engine.lock"
POM = HERE / "engine.pom.xml"
COMPILER = "org.eclipse.jdt:ecj:jar:3.42.0"


def engine_jars() -> list[Path]:
    """The engine's class path. Fetches what is missing; raises ArtifactError when it cannot."""
    return fetch(LOCK, "engine")


def compiler_jar() -> Path:
    """The Java compiler. Fetches it if missing; raises ArtifactError when it cannot."""
    return fetch(LOCK, "compiler")[0]


def write_lock(lock: Path = LOCK) -> None:
    """Resolve `engine.pom.xml` with Maven and write coordinates and digests of all its runtime dependencies."""
    with tempfile.TemporaryDirectory() as scratch:
        listing = Path(scratch, "list.txt")
        goal = ["dependency:list", "-DincludeScope=runtime", f"-DoutputFile={listing}"]
        subprocess.run(["mvn", "-q", "-B", "-f", POM, *goal], check=True)
        coordinates = {
            ":".join(line.strip().split(" ")[0].split(":")[:4]) for line in listing.read_text().splitlines()[2:]
        }
        wanted = [("engine", coordinate) for coordinate in sorted(filter(None, coordinates))] + [("compiler", COMPILER)]

        def locked(entry: tuple[str, str]) -> str:
            scope, coordinate = entry
            folder = Path(scratch, coordinate.replace(":", "_"))
            return f"{coordinate} {scope} {sha256(resolve(coordinate, folder))}"

        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            lines = list(tqdm(pool.map(locked, wanted), total=len(wanted), desc="Locking", unit="file"))
    head = (
        "# Written by `python -m embedded.services.kestra.artifacts lock` from engine.pom.xml: do not edit by hand.\n"
    )
    lock.write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["lock"]:
        write_lock()
    else:
        try:
            print(f"{len(engine_jars())} engine artifacts and the compiler ({compiler_jar().name}) are in the cache.")
        except ArtifactError as problem:
            sys.exit(str(problem))
