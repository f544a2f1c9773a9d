"""Google Cloud's place in the embedded stack: Cloud Storage and BigQuery."""

from __future__ import annotations

import sys

from embedded.service import Context, Launch, Service
from embedded.services.gcp import HEALTH, KEY_FILE
from embedded.shared.loopback import HOST, http_ok
from embedded.shared.settings import Settings


class Gcp(Service):
    """Google Cloud's place in the embedded stack: Cloud Storage and BigQuery."""

    name = "gcp"

    def wanted_ports(self, settings: Settings) -> dict[str, int]:
        return {"GCP_PORT": settings.gcp_port}

    def command(self, context: Context) -> Launch:
        env = {**self.environment(context), "GCP_HOME": str(context.home)}
        return Launch([sys.executable, "-m", "embedded.services.gcp"], env, lifeline=True)

    def healthy(self, context: Context) -> bool:
        return http_ok(context.ports["GCP_PORT"], HEALTH)

    def environment(self, context: Context) -> dict[str, str]:
        settings = context.settings
        port = context.ports["GCP_PORT"]
        return {
            "GCP_PORT": str(port),
            "STORAGE_EMULATOR_HOST": f"http://{HOST}:{port}",
            "BIGQUERY_EMULATOR_HOST": f"http://{HOST}:{port}",
            "GCP_PROJECT_ID": settings.gcp_project_id,
            "GCP_LOCATION": settings.gcp_location,
            "GCP_CREDS_FILE": str(context.home / KEY_FILE),
        }
