"""Qdrant's engine behind its REST paths as a service of the embedded stack."""

from __future__ import annotations

import sys

from embedded.service import Context, Launch, Service
from embedded.shared.loopback import HOST, http_ok
from embedded.shared.settings import Settings


class Qdrant(Service):
    """Qdrant's own engine, a library, in a process of its own; see `embedded.services.qdrant.app`.

    Unlike the server it has no snapshots, shards, quantization, multi-vectors or formulas: such a request is answered
    with an error that names what is missing. As with the server's defaults, no key is asked for.
    """

    name = "qdrant"
    start_timeout = 60.0  # what was not compacted when it was killed is read again

    def wanted_ports(self, settings: Settings) -> dict[str, int]:
        return {"QDRANT_HTTP_PORT": settings.qdrant_port}

    def command(self, context: Context) -> Launch:
        folder, port = context.home / "data", context.ports["QDRANT_HTTP_PORT"]
        return Launch([sys.executable, "-m", "embedded.services.qdrant", str(folder), str(port)], lifeline=True)

    def healthy(self, context: Context) -> bool:
        return http_ok(context.ports["QDRANT_HTTP_PORT"], "/collections")

    def environment(self, context: Context) -> dict[str, str]:
        port = context.ports["QDRANT_HTTP_PORT"]
        return {"QDRANT_URL": f"http://{HOST}:{port}", "QDRANT_HTTP_PORT": str(port)}
