"""Fetches and builds all that the embedded stack needs, so that no network is needed afterwards.

Run as `python -m embedded.setup`, any number of times: what is there already is not made again.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

from embedded.artifacts import ArtifactError
from embedded.elasticsearch.distribution import distribution
from embedded.kestra import class_archive, programs
from embedded.kestra.__main__ import class_path
from embedded.kestra.artifacts import compiler_jar, engine_jars
from embedded.kestra.compiler import CompileError
from embedded.kestra.tasks import environments
from embedded.paths import ROOT, cache_folder


def main() -> None:
    """Fetch the engine and Elasticsearch, compile task types, and build the environments of scripts and programs."""
    try:
        with ThreadPoolExecutor() as beside:
            programs_built = beside.submit(programs.prewarm)  # waits for the network most of its time
            engine_jars()
            compiler_jar()
            distribution()
            _archive_classes()
            environments.prewarm(environments.dependency_lists(ROOT / "flows"))
            programs_built.result()
    except (ArtifactError, CompileError, environments.EnvironmentProblem) as problem:
        sys.exit(f"Set-up stopped: {problem}")
    print(f"Everything is in place; what was fetched and built is kept in {cache_folder()}")


def _archive_classes() -> None:
    """What only makes starts faster must not stop the set-up."""
    try:
        class_archive.build(class_path())
    except class_archive.ArchiveError as problem:
        print(f"Kestra will start more slowly, for its classes could not be archived:\n{problem}", file=sys.stderr)


if __name__ == "__main__":
    main()
