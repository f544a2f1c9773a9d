"""The data server as a service of the embedded stack."""

from __future__ import annotations

import sys

from catalog.services.dataset import DATASET
from embedded.service import Context, ProcessSpec, Service
from embedded.shared.loopback import HOST, http_ok


class Dataset(Service):
    """Generated taxi files and products over HTTP; see `embedded.services.dataset`."""

    spec = DATASET
    start_timeout = 30.0

    def command(self, context: Context) -> ProcessSpec:
        """The data server."""
        own = context.settings[DATASET]
        variables = {"port": self.port(context), "rows": own.rows, "seed": own.seed}
        env = {DATASET.setting(name).variable: str(value) for name, value in variables.items()}
        return ProcessSpec([sys.executable, "-m", "embedded.services.dataset"], env, ends_with_parent=True)

    def healthy(self, context: Context) -> bool:
        """Whether the server answers."""
        return http_ok(self.port(context), "/health")

    def environment(self, context: Context) -> dict[str, str]:
        """Where the server is, and where flows read from: there, unless the settings say otherwise."""
        own = context.settings[DATASET]
        url = f"http://{HOST}:{self.port(context)}"
        return {
            **super().environment(context),
            "TAXI_BASE_URL": own.taxi_base_url or url,
            "PRODUCTS_URL": own.products_url or f"{url}/products",
            "INSIGHTFLOW_BASE_URL": own.insightflow_base_url or f"{url}/insightflow",
        }
