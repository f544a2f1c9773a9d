"""The process of the `kestra` service on Kestra 2.0: `python -m embedded.services.kestra.kestra2.server`.

It reads the same environment as the process of 1.3 (`embedded.services.kestra.__main__`). What that one adds to the
engine is not here: the retention of executions, the compression of the database, and the guards of its queues.
"""

import dataclasses
import logging
import sys

from catalog import versions
from embedded.services.kestra.api.app import create_app
from embedded.services.kestra.compiler import CompileError
from embedded.services.kestra.kestra2.api.routes import routes
from embedded.services.kestra.kestra2.engine import Engine2, Engine2Config, Engine2Error
from embedded.services.kestra.launch import ProcessSettings, enter_scratch_folder, leave, leave_with_engine
from embedded.shared.downloads import ArtifactError
from embedded.shared.http_server import serve
from embedded.shared.loopback import HOST
from embedded.shared.parent_watch import exit_with_parent
from embedded.shared.python_environments import EnvironmentProblem


def start_engine(settings: ProcessSettings) -> Engine2:
    """Start the engine with the project's task types.

    Raises:
        ArtifactError, EnvironmentProblem: something that it needs could not be fetched.
        CompileError: the task types do not compile.
        Engine2Error: a service did not come up in time.
    """
    url = f"http://{HOST}:{settings.port}"
    engine = Engine2(Engine2Config(settings.home, settings.storage, url=url, heap=settings.heap))
    engine.start_context()
    engine.start_services()
    return engine


def main() -> None:
    """Start the engine, serve its API until a signal ends it, and stop the engine."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)-5s %(name)s %(message)s", stream=sys.stdout
    )
    settings = dataclasses.replace(ProcessSettings.from_environment(), version=versions.KESTRA_2)
    exit_with_parent()
    enter_scratch_folder(settings.home)
    try:
        engine = start_engine(settings)
    except Exception as problem:
        expected = isinstance(problem, ArtifactError | EnvironmentProblem | CompileError | Engine2Error)
        logging.error("Kestra 2.0 cannot start: %s", problem, exc_info=not expected)
        leave(1)
    leave_with_engine(engine)
    try:
        serve(create_app(engine, settings, routes()), settings.port)
    finally:
        engine.close()
    leave(0)


if __name__ == "__main__":
    main()
