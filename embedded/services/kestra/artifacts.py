"""The engine's Java artifacts, pinned by `engine.lock`.

Scope `engine` is the class path of the engine, scope `compiler` the compiler of the task types, and what writes their
getters, scope `duckdb-...` DuckDB's library for a kind of machine, scopes `sqlite` and `mysql` drivers that are loaded
when a task first needs them.

`python -m embedded.services.kestra.artifacts` fetches what is missing. With the argument `lock` it resolves
`engine.pom.xml` again with Maven (`mvn` must be installed) and rewrites the lock: do that after changing a version
there, and commit both files.
"""

import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from filelock import FileLock
from tqdm import tqdm

from embedded.shared.downloads import DOWNLOADS_AT_ONCE, ArtifactError, fetch, resolve, sha256

HERE = Path(__file__).parent
LOCK = HERE / "engine.lock"
POM = HERE / "engine.pom.xml"
DUCKDB = "org.duckdb:duckdb_jdbc:jar"
DUCKDB_VERSION = "1.5.5.0"
DUCKDB_PLATFORMS = ("linux_amd64", "linux_arm64", "macos_universal")
LAZY_DRIVERS = {"sqlite": "org.xerial:sqlite-jdbc:jar:3.53.2.1", "mysql": "com.mysql:mysql-connector-j:jar:9.7.0"}
COMPILER = ("org.eclipse.jdt:ecj:jar:3.42.0", "org.projectlombok:lombok:jar:1.18.48")


def engine_jars() -> list[Path]:
    """The engine's class path. Fetches what is missing; raises ArtifactError when it cannot."""
    return [*fetch(LOCK, "engine"), duckdb_driver()]


def duckdb_driver() -> Path:
    """DuckDB's JDBC driver, with the library for this machine unpacked beside it, where the driver looks for it.

    The jar that holds both would unpack the library, of 60 MB, at each start.

    Raises:
        ArtifactError: the library cannot be fetched, or there is none for this machine.
    """
    machine = duckdb_platform(sys.platform, platform.machine())
    if machine not in DUCKDB_PLATFORMS:
        raise ArtifactError(f"DuckDB has no Java library for {sys.platform} on {platform.machine()}.")
    [library] = fetch(LOCK, f"duckdb-{machine}")
    [driver] = fetch(LOCK, "duckdb")
    folder = library.parent / f"driver-{driver.parent.name}"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            with tempfile.TemporaryDirectory(prefix="unpack-", dir=library.parent) as scratch:
                unpacked = Path(scratch, "driver")
                _unpack_library(library, unpacked)
                shutil.copyfile(driver, unpacked / driver.name)
                unpacked.rename(folder)
    return folder / driver.name


def _unpack_library(jar: Path, folder: Path) -> None:
    with zipfile.ZipFile(jar) as packed:
        packed.extractall(folder, [name for name in packed.namelist() if name.startswith("libduckdb_java")])


def duckdb_platform(system: str, machine: str) -> str:
    """DuckDB's name for a kind of machine.

    Parameters:
        system: as `sys.platform` names it.
        machine: as `platform.machine` names it.
    """
    if system == "darwin":
        return "macos_universal"
    processor = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
    return f"{system}_{processor}"


def lazy_driver(database: str) -> Path:
    """The JDBC driver of one of `LAZY_DRIVERS`. Fetches it if it is missing; raises ArtifactError when it cannot."""
    [driver] = fetch(LOCK, database)
    return driver


def compiler_jars() -> list[Path]:
    """The Java compiler, and Lombok beside it. Fetches what is missing; raises ArtifactError when it cannot."""
    return fetch(LOCK, "compiler")


def write_lock(lock: Path = LOCK) -> None:
    """Resolve `engine.pom.xml` with Maven and write coordinates and digests of all its runtime dependencies."""
    wanted = [("engine", coordinate) for coordinate in resolve_pom(POM)]
    wanted += [("compiler", coordinate) for coordinate in COMPILER]
    wanted += LAZY_DRIVERS.items()
    wanted += [("duckdb", f"{DUCKDB}:nolib:{DUCKDB_VERSION}")]
    wanted += [(f"duckdb-{machine}", f"{DUCKDB}:{machine}:{DUCKDB_VERSION}") for machine in DUCKDB_PLATFORMS]
    write_entries(lock, wanted, "python -m embedded.services.kestra.artifacts lock")


def resolve_pom(pom: Path) -> list[str]:
    """The coordinates of all runtime dependencies of a `pom.xml`, as Maven resolves them."""
    with tempfile.TemporaryDirectory() as scratch:
        listing = Path(scratch, "list.txt")
        goal = ["dependency:list", "-DincludeScope=runtime", f"-DoutputFile={listing}"]
        subprocess.run(["mvn", "-q", "-B", "-f", pom, *goal], check=True)
        lines = listing.read_text().splitlines()[2:]
    return sorted(filter(None, {":".join(line.strip().split(" ")[0].split(":")[:4]) for line in lines}))


def write_entries(lock: Path, wanted: list[tuple[str, str]], command: str) -> None:
    """Write a lock.

    Parameters:
        lock: the file.
        wanted: scope and coordinate of each artifact.
        command: what writes the lock, for its first line.
    """
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:

        def locked(entry: tuple[str, str]) -> str:
            scope, coordinate = entry
            folder = Path(scratch, coordinate.replace(":", "_"))
            return f"{coordinate} {scope} {sha256(resolve(coordinate, folder))}"

        lines = list(tqdm(pool.map(locked, wanted), total=len(wanted), desc="Locking", unit="file"))
    head = f"# Written by `{command}` from engine.pom.xml: do not edit by hand.\n"
    lock.write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["lock"]:
        write_lock()
    else:
        try:
            print(f"{len(engine_jars())} engine artifacts and {len(compiler_jars())} of the compiler are in the cache.")
        except ArtifactError as problem:
            sys.exit(str(problem))
