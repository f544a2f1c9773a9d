"""Fetches and builds all that the embedded stack needs, so that no network is needed afterwards.

Run as `python -m embedded.cli.setup`, any number of times: what exists already is not built again.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Timer

from embedded.services.elasticsearch.distribution import distribution
from embedded.services.kestra import cds_archive, empty_database, environments, tool_environments
from embedded.services.kestra.artifacts import LAZY_DRIVERS, compiler_jars, engine_jars, lazy_driver
from embedded.services.kestra.compiler import CompileError
from embedded.services.kestra.launch import class_path
from embedded.shared.downloads import ArtifactError
from embedded.shared.paths import ROOT, cache_folder

SILENT_SECONDS = 1.0


def main() -> None:
    """Fetch the engine and Elasticsearch, compile task types, and build the environments of scripts and programs."""
    try:
        with ThreadPoolExecutor() as beside:
            # These wait for the network most of their time.
            built = [
                beside.submit(tool_environments.prewarm),
                beside.submit(environments.prewarm, environments.dependency_lists(ROOT / "flows")),
            ]
            engine_jars()
            compiler_jars()
            for database in LAZY_DRIVERS:
                lazy_driver(database)
            with _say_if_slow("Unpacking Elasticsearch"):
                distribution()
            with _say_if_slow("Compiling the task types, and archiving the engine's classes for quick starts"):
                archive_classes()
                make_tables()
            with _say_if_slow("Building the Python environments of scripts, of dbt and of the clouds' commands"):
                for environment in built:
                    environment.result()
    except (ArtifactError, CompileError, environments.EnvironmentProblem) as problem:
        sys.exit(f"Set-up stopped: {problem}")
    print(f"Everything is in place; what was fetched and built is kept in {cache_folder()}")


@contextmanager
def _say_if_slow(what: str) -> Iterator[None]:
    """Say what is being done if it is not done at once: most of the time it has been done before."""
    telling = Timer(SILENT_SECONDS, print, [f"{what} ..."], {"flush": True})
    telling.start()
    try:
        yield
    finally:
        telling.cancel()


def archive_classes() -> None:
    """Archive the engine's classes; print a warning if that fails, since only the speed of starts depends on it."""
    try:
        cds_archive.build(class_path())
    except cds_archive.ArchiveError as problem:
        print(f"Kestra will start more slowly, for its classes could not be archived:\n{problem}", file=sys.stderr)


def make_tables() -> None:
    """Make the tables of the engine's database; print a warning if that fails: a first start makes them, too."""
    try:
        empty_database.build(class_path())
    except empty_database.EmptyDatabaseError as problem:
        print(f"Kestra's first start will be slower, for its tables could not be made:\n{problem}", file=sys.stderr)


if __name__ == "__main__":
    main()
