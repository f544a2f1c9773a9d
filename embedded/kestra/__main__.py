"""The process of the `kestra` service: the engine, its task types and its REST API. Run as `python -m embedded.kestra`.

Environment: `KESTRA_HOME` (state of the engine), `KESTRA_STORAGE`, `KESTRA_PORT`, `KESTRA_USERNAME`,
`KESTRA_PASSWORD`, `KESTRA_HEAP` (limit of the Java heap, as `-Xmx` takes it), and what flows read: `ENV_*`, `SECRET_*`.
"""

import gc
import logging
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from embedded.artifacts import ArtifactError
from embedded.kestra import class_archive
from embedded.kestra.api.app import create_app
from embedded.kestra.artifacts import engine_jars
from embedded.kestra.compiler import CompileError, compile_task_types
from embedded.kestra.engine import HEAP, VERSION, Engine, EngineConfig, EngineError
from embedded.kestra.tasks import bridge
from embedded.lifeline import exit_with_parent
from embedded.service import HOST
from embedded.serving import serve


@dataclass(frozen=True)
class ProcessSettings:
    """What the process reads from its environment."""

    home: Path
    storage: Path
    port: int
    username: str
    password: str = field(repr=False)
    heap: str = HEAP
    version: str = VERSION

    @classmethod
    def from_environment(cls) -> "ProcessSettings":
        """Take the settings out of the environment.

        There the engine would read them as properties (`KESTRA_STORAGE` as `kestra.storage`), and a task the password.
        """
        own = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("KESTRA_")}
        return cls(
            home=Path(own["KESTRA_HOME"]),
            storage=Path(own["KESTRA_STORAGE"]),
            port=int(own["KESTRA_PORT"]),
            username=own["KESTRA_USERNAME"],
            password=own["KESTRA_PASSWORD"],
            heap=own.get("KESTRA_HEAP") or HEAP,
        )


def main() -> None:
    """Start the engine, serve its API until told to stop, and stop the engine."""
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
    app = create_app(engine, settings)
    # JPype has Python collect its garbage whenever Java does: what lasts as long as the process need not be looked at.
    gc.collect()
    gc.freeze()
    try:
        serve(app, settings.port)
    finally:
        engine.close()
    leave(0)


def class_path() -> list[Path]:
    """The project's task types and the engine, in the order in which classes are looked for.

    Raises:
        ArtifactError, CompileError: see there.
    """
    return [compile_task_types(), *engine_jars()]


def start_engine(settings: ProcessSettings, java_options: list[str] | None = None) -> Engine:
    """Start the engine with the project's task types.

    Parameters:
        settings: of the process.
        java_options: what to start Java with; what makes use of the archive of classes, if None.

    Raises:
        ArtifactError, CompileError, EngineError: see there.
    """
    jars = class_path()
    config = EngineConfig(
        home=settings.home,
        storage=settings.storage,
        jars=jars,
        url=f"http://{HOST}:{settings.port}",
        heap=settings.heap,
        java_options=class_archive.options(jars) if java_options is None else java_options,
    )
    engine = Engine(config)
    engine.start(before_services=bridge.install)
    return engine


def enter_scratch_folder(home: Path) -> None:
    """Work in a folder of our own: a relative path in a task's SQL must not reach the checkout."""
    folder = home / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)


def leave(status: int) -> NoReturn:
    """End the process at once: threads of Java libraries would keep it alive."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
