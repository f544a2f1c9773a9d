"""`python -m embedded.services.clickhouse`: serve by the settings, with the data in CLICKHOUSE_HOME."""

import os
import sys
from pathlib import Path

from catalog.services.clickhouse import CLICKHOUSE
from embedded.services.clickhouse.server import Server
from embedded.shared.parent_watch import exit_with_parent
from embedded.shared.settings import Settings, SettingsError


def main() -> None:
    """Serve until a signal; a problem ends the process with its message."""
    exit_with_parent()
    home = os.environ.get("CLICKHOUSE_HOME")
    if not home:
        sys.exit("CLICKHOUSE_HOME is not set: set it to the folder for the data")
    try:
        settings = Settings.load()[CLICKHOUSE]
        Server(Path(home), settings.port, settings.tcp_port, settings.user, settings.password).run()
    except (SettingsError, RuntimeError) as problem:
        sys.exit(str(problem))
    finally:
        sys.stdout.flush()
    os._exit(0)  # a normal exit would wait for the library's threads


if __name__ == "__main__":
    main()
