"""ClickHouse's own server as a service of the embedded stack."""

from __future__ import annotations

import sys

from embedded.service import Context, Launch, Service, ServiceError
from embedded.services.clickhouse.configuration import HOLDER
from embedded.shared.loopback import HOST, http_ok
from embedded.shared.settings import Settings


class ClickHouse(Service):
    """The server over HTTP and its native protocol; see `embedded.services.clickhouse.server`."""

    name = "clickhouse"
    start_timeout = 60.0  # after a crash it first checks its data

    def wanted_ports(self, settings: Settings) -> dict[str, int]:
        return {"CLICKHOUSE_PORT": settings.clickhouse_port, "CLICKHOUSE_TCP_PORT": settings.clickhouse_tcp_port}

    def prepare(self, context: Context) -> None:
        if context.settings.clickhouse_user == HOLDER:
            raise ServiceError(
                f"CLICKHOUSE_USER is {HOLDER!r}, a name that the server needs for itself: choose another"
            )

    def command(self, context: Context) -> Launch:
        env = {**self.environment(context), "CLICKHOUSE_HOME": str(context.home)}
        return Launch([sys.executable, "-m", "embedded.services.clickhouse"], env, lifeline=True)

    def healthy(self, context: Context) -> bool:
        return http_ok(context.ports["CLICKHOUSE_PORT"], "/ping") and http_ok(
            context.ports["CLICKHOUSE_PORT"],
            "/?query=SELECT+1",
            login=(context.settings.clickhouse_user, context.settings.clickhouse_password),
        )

    def environment(self, context: Context) -> dict[str, str]:
        settings = context.settings
        return {
            "CLICKHOUSE_HOST": HOST,
            "CLICKHOUSE_PORT": str(context.ports["CLICKHOUSE_PORT"]),
            "CLICKHOUSE_TCP_PORT": str(context.ports["CLICKHOUSE_TCP_PORT"]),
            "CLICKHOUSE_USER": settings.clickhouse_user,
            "CLICKHOUSE_PASSWORD": settings.clickhouse_password,
        }
