"""Qdrant's engine behind its REST paths as a service of the embedded stack."""

from __future__ import annotations

from embedded.service import HOST, Context, Service
from embedded.settings import Settings


class Qdrant(Service):
    """Qdrant's engine behind its REST paths as a service of the embedded stack."""

    name = "qdrant"

    def wanted_ports(self, settings: Settings) -> dict[str, int]:
        return {"QDRANT_HTTP_PORT": settings.qdrant_port}

    def environment(self, context: Context) -> dict[str, str]:
        port = context.ports["QDRANT_HTTP_PORT"]
        return {"QDRANT_URL": f"http://{HOST}:{port}", "QDRANT_HTTP_PORT": str(port)}
