"""TimescaleDB's place in the embedded stack: a PostgreSQL server of its own.

Where the installation carries the real extension, it is used. Elsewhere SQL functions of the same names stand in for
it: see `stand_in.sql` for what they do and how they differ.
"""

from __future__ import annotations

from pathlib import Path

from embedded.postgres_cluster.cluster import Login, offers_extension
from embedded.postgres_cluster.server import Server
from embedded.shared.settings import Settings

EXTENSION = "timescaledb"
STAND_IN = Path(__file__).with_name("stand_in.sql")


class Timescale(Server):
    """A second PostgreSQL server, whose database takes hypertables."""

    name = "timescale"
    prefix = "TIMESCALE"

    def port(self, settings: Settings) -> int:
        return settings.timescale_port

    def login(self, settings: Settings) -> Login:
        return Login(settings.timescale_user, settings.timescale_password, settings.timescale_db)

    def libraries(self) -> tuple[str, ...]:
        return (EXTENSION,) if offers_extension(EXTENSION) else ()

    def script(self) -> str:
        return f"CREATE EXTENSION IF NOT EXISTS {EXTENSION};" if offers_extension(EXTENSION) else STAND_IN.read_text()
