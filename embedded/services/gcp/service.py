"""The service of the emulators of Google Cloud: Cloud Storage and BigQuery."""

from __future__ import annotations

import sys

from catalog.services.gcp import GCP
from embedded.service import Context, ProcessSpec, Service
from embedded.services.gcp import HEALTH, KEY_FILE
from embedded.shared.loopback import http_ok


class Gcp(Service):
    """Cloud Storage and BigQuery."""

    spec = GCP

    def command(self, context: Context) -> ProcessSpec:
        """The process of both emulators, with its state in the service's folder."""
        env = {**self.environment(context), "GCP_HOME": str(context.home)}
        return ProcessSpec([sys.executable, "-m", "embedded.services.gcp"], env, ends_with_parent=True)

    def healthy(self, context: Context) -> bool:
        """Whether the health check succeeds."""
        return http_ok(self.port(context), HEALTH)

    def environment(self, context: Context) -> dict[str, str]:
        """The service's variables, with the file of its account's key."""
        return {**super().environment(context), "GCP_CREDS_FILE": str(context.home / KEY_FILE)}
