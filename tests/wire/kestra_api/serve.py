"""The engine and its API in a process of their own: `python -m tests.wire.kestra_api.serve FOLDER PORT`."""

import logging
import sys
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from catalog import versions
from embedded.services.kestra import cds_archive
from embedded.services.kestra.api.app import create_app
from embedded.services.kestra.engine import Engine, EngineConfig
from embedded.services.kestra.launch import class_path
from embedded.shared.parent_watch import exit_with_parent


@dataclass(frozen=True)
class Settings:
    username: str = "admin@kestra.io"
    password: str = "Admin1234"
    version: str = versions.KESTRA


def main() -> None:
    exit_with_parent()
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    logging.basicConfig(level=logging.INFO)
    jars = class_path()
    options = cds_archive.options(jars)
    config = EngineConfig(folder / "home", folder / "storage", jars, in_memory=True, java_options=options)
    engine = Engine(config)
    engine.start()
    try:
        uvicorn.run(create_app(engine, Settings()), host="127.0.0.1", port=port, log_level="warning")
    finally:
        engine.close()


if __name__ == "__main__":
    main()
