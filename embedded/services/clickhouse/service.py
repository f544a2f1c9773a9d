"""ClickHouse's own server as a service of the embedded stack."""

from __future__ import annotations

import sys

from catalog.services.clickhouse import CLICKHOUSE
from embedded.service import Context, ProcessSpec, Service, ServiceError
from embedded.services.clickhouse.configuration import HOLDER
from embedded.shared.loopback import http_ok


class ClickHouse(Service):
    """The server over HTTP and its native protocol; see `embedded.services.clickhouse.server`."""

    spec = CLICKHOUSE
    start_timeout = 60.0  # after a crash it first checks its data

    def prepare(self, context: Context) -> None:
        """Refuse the user name that the server keeps for itself.

        Raises:
            ServiceError: it is the one of the settings.
        """
        if context.settings[CLICKHOUSE].user == HOLDER:
            raise ServiceError(
                f"CLICKHOUSE_USER is {HOLDER!r}, a name that the server needs for itself: choose another"
            )

    def command(self, context: Context) -> ProcessSpec:
        """The server, with its data in the service's folder."""
        env = {**self.environment(context), "CLICKHOUSE_HOME": str(context.home)}
        return ProcessSpec([sys.executable, "-m", "embedded.services.clickhouse"], env, ends_with_parent=True)

    def healthy(self, context: Context) -> bool:
        """Whether the server answers a query of its user."""
        port, own = self.port(context), context.settings[CLICKHOUSE]
        return http_ok(port, "/ping") and http_ok(port, "/?query=SELECT+1", login=(own.user, own.password))

    def alive(self, context: Context) -> bool:
        """Whether it answers at all: it refuses a query while too many others run."""
        return http_ok(self.port(context), "/ping")
