"""The process of the `kestra` service: the engine, its task types and its REST API.

Run as `python -m embedded.services.kestra`.

Environment: `KESTRA_HOME` (state of the engine), `KESTRA_STORAGE`, `KESTRA_PORT`, `KESTRA_USERNAME`,
`KESTRA_PASSWORD`, `KESTRA_HEAP` (limit of the Java heap, as `-Xmx` takes it), `KESTRA_RETENTION` (the age at which
executions are deleted, as ISO 8601 has it; not set, all are kept), `KESTRA_COMPRESSION` (0: the engine's database is
not compressed), and what flows read: `ENV_*`, `SECRET_*`.
"""

import logging
import sys

from embedded.services.kestra import retention
from embedded.services.kestra.api.app import create_app
from embedded.services.kestra.compiler import CompileError
from embedded.services.kestra.engine import EngineError
from embedded.services.kestra.garbage import keep_what_lasts
from embedded.services.kestra.launch import (
    ProcessSettings,
    enter_scratch_folder,
    leave,
    leave_with_engine,
    start_engine,
)
from embedded.shared.downloads import ArtifactError
from embedded.shared.http_server import serve
from embedded.shared.parent_watch import exit_with_parent


def main() -> None:
    """Start the engine, serve its API until a signal ends it, and stop the engine."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)-5s %(name)s %(message)s", stream=sys.stdout
    )
    settings = ProcessSettings.from_environment()
    exit_with_parent()
    enter_scratch_folder(settings.home)
    try:
        engine = start_engine(settings)
    except Exception as problem:
        expected = isinstance(problem, ArtifactError | CompileError | EngineError)
        logging.error("Kestra cannot start: %s", problem, exc_info=not expected)
        leave(1)
    leave_with_engine(engine)
    if settings.retention:
        retention.keep(engine, settings.retention)
    app = create_app(engine, settings)
    keep_what_lasts()
    try:
        serve(app, settings.port)
    finally:
        engine.close()
    leave(0)


if __name__ == "__main__":
    main()
