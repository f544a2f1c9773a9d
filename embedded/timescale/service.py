"""TimescaleDB's place in the embedded stack: a PostgreSQL server of its own."""

from __future__ import annotations

from embedded.service import HOST, Context, Service
from embedded.settings import Settings


class Timescale(Service):
    """TimescaleDB's place in the embedded stack: a PostgreSQL server of its own."""

    name = "timescale"

    def wanted_ports(self, settings: Settings) -> dict[str, int]:
        return {"TIMESCALE_PORT": settings.timescale_port}

    def environment(self, context: Context) -> dict[str, str]:
        settings = context.settings
        return {
            "TIMESCALE_HOST": HOST,
            "TIMESCALE_PORT": str(context.ports["TIMESCALE_PORT"]),
            "TIMESCALE_DB": settings.timescale_db,
            "TIMESCALE_USER": settings.timescale_user,
            "TIMESCALE_PASSWORD": settings.timescale_password,
        }
