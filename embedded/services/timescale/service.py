"""TimescaleDB in the embedded stack: a second PostgreSQL server.

It uses the extension if the installation has it, otherwise SQL functions of the same names: `stand_in.sql` describes
them and how they differ.
"""

from __future__ import annotations

from pathlib import Path

from catalog.services.timescale import TIMESCALE
from embedded.postgres_cluster.cluster import offers_extension
from embedded.postgres_cluster.server import Server

EXTENSION = "timescaledb"
STAND_IN = Path(__file__).with_name("stand_in.sql")


class Timescale(Server):
    """A second PostgreSQL server, whose database takes hypertables."""

    spec = TIMESCALE

    def libraries(self) -> tuple[str, ...]:
        """The library of the extension, where the installation has it."""
        return (EXTENSION,) if offers_extension(EXTENSION) else ()

    def script(self) -> str:
        """SQL that creates the extension, or its stand-in."""
        return f"CREATE EXTENSION IF NOT EXISTS {EXTENSION};" if offers_extension(EXTENSION) else STAND_IN.read_text()
