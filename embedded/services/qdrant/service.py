"""Qdrant's engine behind its REST paths as a service of the embedded stack."""

from __future__ import annotations

import sys

from catalog.services.qdrant import QDRANT
from embedded.service import Context, ProcessSpec, Service
from embedded.shared.loopback import http_ok


class Qdrant(Service):
    """Qdrant's own engine, a library, in a process of its own; see `embedded.services.qdrant.app`.

    Unlike the server it has no snapshots, shards, quantization, multi-vectors or formulas: such a request is answered
    with an error that names what is missing. As with the server's defaults, no API key is required.
    """

    spec = QDRANT
    start_timeout = 60.0  # what was not compacted when it was killed is read again

    def command(self, context: Context) -> ProcessSpec:
        """The server, with its collections in the service's folder."""
        arguments = [str(context.home / "data"), str(self.port(context))]
        return ProcessSpec([sys.executable, "-m", "embedded.services.qdrant", *arguments], ends_with_parent=True)

    def healthy(self, context: Context) -> bool:
        """Whether the server answers."""
        return http_ok(self.port(context), "/collections")
