"""The data server as a service of the embedded stack."""

from __future__ import annotations

import sys

from embedded.service import Context, Launch, Service
from embedded.shared.loopback import HOST, http_ok
from embedded.shared.settings import Settings


class Dataset(Service):
    """Generated taxi files and products over HTTP; see `embedded.services.dataset`."""

    name = "dataset"
    start_timeout = 30.0

    def wanted_ports(self, settings: Settings) -> dict[str, int]:
        return {"DATASET_PORT": settings.dataset_port}

    def command(self, context: Context) -> Launch:
        settings = context.settings
        env = {
            "DATASET_PORT": str(context.ports["DATASET_PORT"]),
            "DATASET_ROWS": str(settings.dataset_rows),
            "DATASET_SEED": str(settings.dataset_seed),
        }
        return Launch([sys.executable, "-m", "embedded.services.dataset"], env, lifeline=True)

    def healthy(self, context: Context) -> bool:
        return http_ok(context.ports["DATASET_PORT"], "/health")

    def environment(self, context: Context) -> dict[str, str]:
        settings = context.settings
        url = f"http://{HOST}:{context.ports['DATASET_PORT']}"
        return {
            "DATASET_URL": url,
            "DATASET_PORT": str(context.ports["DATASET_PORT"]),
            "DATASET_ROWS": str(settings.dataset_rows),
            "DATASET_SEED": str(settings.dataset_seed),
            "TAXI_BASE_URL": settings.taxi_base_url or url,
            "PRODUCTS_URL": settings.products_url or f"{url}/products",
            "INSIGHTFLOW_BASE_URL": settings.insightflow_base_url or f"{url}/insightflow",
        }
