"""Runs pgAdmin with its state in one folder, on loopback only; runs in pgAdmin's own environment, not in the stack's.

    python launch.py STATE_FOLDER PORT SERVERS_FILE

The first user comes from PGADMIN_SETUP_EMAIL and PGADMIN_SETUP_PASSWORD.
"""

import builtins
import importlib
import importlib.util
import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any


def main(folder: Path, port: int, servers: Path) -> None:
    """Serve until a signal comes.

    Parameters:
        folder: for all that pgAdmin keeps.
        port: to listen on.
        servers: the list of the servers that a new user finds registered.
    """
    builtins.SERVER_MODE = True  # type: ignore[attr-defined]  # pgAdmin's own switch: it asks for a password
    found = importlib.util.find_spec("pgadmin4")
    if found is None or not found.submodule_search_locations:
        sys.exit("pgadmin4 is not installed in this environment")
    sys.path.insert(0, found.submodule_search_locations[0])
    config: Any = importlib.import_module("config")
    config.SQLITE_PATH = str(folder / "pgadmin4.db")
    config.LOG_FILE = str(folder / "pgadmin4.log")
    config.SESSION_DB_PATH = str(folder / "sessions")
    config.STORAGE_DIR = str(folder / "storage")
    config.KERBEROS_CCACHE_DIR = str(folder / "kerberos")
    config.AZURE_CREDENTIAL_CACHE_DIR = str(folder / "azure")
    config.DEFAULT_SERVER, config.DEFAULT_SERVER_PORT = "127.0.0.1", port
    config.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    config.UPGRADE_CHECK_ENABLED = config.SHOW_GRAVATAR_IMAGE = False  # both ask the internet
    config.MASTER_PASSWORD_REQUIRED = False
    is_new = not Path(config.SQLITE_PATH).exists()
    server: Any = importlib.import_module("pgAdmin4")
    if is_new:
        utils: Any = importlib.import_module("pgadmin.utils")
        with server.app.test_request_context():
            utils.load_database_servers(str(servers), None, os.environ["PGADMIN_SETUP_EMAIL"], True, "internal")
    else:
        _update(Path(config.SQLITE_PATH), servers)
    server.main()


def _update(database: Path, servers: Path) -> None:
    """Tell pgAdmin the port that a registered server has now: it may have another one at each start of the stack."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for server in json.loads(servers.read_text())["Servers"].values():
            connection.execute("UPDATE server SET port = ? WHERE name = ?", (server["Port"], server["Name"]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
