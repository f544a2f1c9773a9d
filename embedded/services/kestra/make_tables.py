"""Makes the tables of the engine's database, as the engine's first start would.

Run by `embedded.services.kestra.empty_database` as `python -m embedded.services.kestra.make_tables FOLDER`.
"""

import sys
from pathlib import Path

from embedded.services.kestra import cds_archive
from embedded.services.kestra.engine import Engine, EngineConfig
from embedded.services.kestra.launch import class_path, leave
from embedded.shared.private_files import keep_private


def main() -> None:
    """Run the migrations, with the settings that the engine's own start gives them."""
    keep_private()
    folder, jars = Path(sys.argv[1]), class_path()
    config = EngineConfig(folder, folder / "storage", jars, java_options=cds_archive.options(jars))
    engine = Engine(config)
    engine.start_java()
    config.database.open()
    settings = config.application()["flyway"]["datasources"]["h2"]
    flyway = engine.java("org.flywaydb.core.Flyway").configure()
    flyway.dataSource(config.database.url, "sa", "").locations(*settings["locations"])
    flyway.ignoreMigrationPatterns(settings["ignore-migration-patterns"].split(",")).outOfOrder(
        settings["out-of-order"]
    )
    flyway.load().migrate()
    config.database.close()
    leave(0)


if __name__ == "__main__":
    main()
