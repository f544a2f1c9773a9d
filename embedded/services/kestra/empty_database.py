"""The engine's database with its tables and nothing in them: a first start takes a copy, and has no tables to make.

`embedded.cli.setup` builds it, once for each class path and its migrations. Kestra has more than a hundred, which
take a quarter of a start. Without it, the engine runs them itself; at each start, it compares those that were run with
its own.
"""

import hashlib
import sys
import tempfile
from pathlib import Path

from filelock import FileLock

from embedded.services.kestra import building
from embedded.services.kestra.database import Database
from embedded.services.kestra.engine import MIGRATIONS
from embedded.shared.paths import cache_folder

PROGRAM = "embedded.services.kestra.make_tables"
LIMIT_SECONDS = 300.0


class EmptyDatabaseError(Exception):
    """The database could not be built; the message holds the last lines of output."""


def build(class_path: list[Path]) -> Path:
    """Build the database for a class path unless it is there.

    Parameters:
        class_path: of the engine.

    Raises:
        EmptyDatabaseError: a migration failed, or `LIMIT_SECONDS` have passed.
    """
    file = database_file(class_path)
    file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(file.with_suffix(".lock")):
        if not file.exists():
            with tempfile.TemporaryDirectory(prefix="building-", dir=file.parent) as scratch:
                building.run([sys.executable, "-m", PROGRAM, scratch], LIMIT_SECONDS, EmptyDatabaseError)
                Database(Path(scratch, "database")).file.rename(file)
    return file


def database_file(class_path: list[Path]) -> Path:
    """Where the database for a class path is, or would be."""
    digest = hashlib.sha256()
    for jar in class_path:
        digest.update(str(jar).encode() + b"\0")
    for migration in sorted(MIGRATIONS.iterdir()):
        digest.update(migration.name.encode() + b"\0" + migration.read_bytes())
    return cache_folder() / "empty-databases" / f"{digest.hexdigest()[:24]}.mv.db"
