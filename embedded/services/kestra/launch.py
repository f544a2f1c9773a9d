"""The start and end of the `kestra` service's process: its settings, class path and engine."""

import logging
import os
import sys
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from catalog import versions
from embedded.services.kestra import cds_archive, empty_database, incidents
from embedded.services.kestra.artifacts import engine_jars
from embedded.services.kestra.compiler import compile_task_types
from embedded.services.kestra.engine import HEAP, Engine, EngineConfig
from embedded.services.kestra.java_engine import JavaEngine
from embedded.services.kestra.tasks import bridge
from embedded.shared.durations import duration
from embedded.shared.loopback import HOST

log = logging.getLogger(__name__)

ENGINE_ENDED = 70
"""Exit code of the process when the engine has ended by itself: `EX_SOFTWARE` of sysexits.h."""


@dataclass(frozen=True)
class ProcessSettings:
    """The settings that the process reads from its environment."""

    home: Path
    storage: Path
    port: int
    username: str
    password: str = field(repr=False)
    heap: str = HEAP
    retention: timedelta | None = None
    compressed: bool = True
    version: str = versions.KESTRA

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
            retention=duration(own["KESTRA_RETENTION"]) if own.get("KESTRA_RETENTION") else None,
            compressed=own.get("KESTRA_COMPRESSION") != "0",
        )


def class_path() -> list[Path]:
    """The jars of the project's task types and of the engine, in the order of the class path.

    Raises:
        ArtifactError: a jar could not be fetched.
        CompileError: the task types do not compile.
    """
    return [compile_task_types(), *engine_jars()]


def start_engine(settings: ProcessSettings, java_options: list[str] | None = None) -> Engine:
    """Start the engine with the project's task types.

    Parameters:
        settings: of the process.
        java_options: further options of Java; those that use the archive of classes, if None.

    Raises:
        ArtifactError: a jar could not be fetched.
        CompileError: the task types do not compile.
        EngineError: a service of the engine did not come up in time.
    """
    jars = class_path()
    config = EngineConfig(
        home=settings.home,
        storage=settings.storage,
        jars=jars,
        url=f"http://{HOST}:{settings.port}",
        heap=settings.heap,
        compressed=settings.compressed,
        empty_database=empty_database.database_file(jars),
        java_options=cds_archive.options(jars) if java_options is None else java_options,
    )
    engine = Engine(config)
    engine.start(before_services=lambda started: bridge.install(started.java, settings.home))
    return engine


def leave_with_engine(engine: JavaEngine) -> None:
    """Have the process end when the engine has ended, with `ENGINE_ENDED` and the reason as the last line of its log.

    A Java virtual machine does not start twice in a process: the supervisor starts another.

    Parameters:
        engine: a started engine.
    """
    threading.Thread(target=_leave_with, args=(engine,), name="engine-watch", daemon=True).start()


def _leave_with(engine: JavaEngine) -> None:
    if reason := engine.await_end():
        incidents.write_end(engine.config.home, reason)
        engine.abandon()
        log.critical("Kestra's engine has ended: %s", reason)
        leave(ENGINE_ENDED)


def enter_scratch_folder(home: Path) -> None:
    """Change into a scratch folder, so that a relative path in a task's SQL does not reach the checkout.

    Parameters:
        home: folder of the engine's state.
    """
    folder = home / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)


def leave(status: int) -> NoReturn:
    """End the process at once: threads of Java libraries would keep it alive.

    Parameters:
        status: exit code.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
