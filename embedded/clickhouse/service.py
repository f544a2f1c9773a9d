"""ClickHouse's own server as a service of the embedded stack."""

from __future__ import annotations

from embedded.service import HOST, Context, Service
from embedded.settings import Settings


class ClickHouse(Service):
    """ClickHouse's own server as a service of the embedded stack."""

    name = "clickhouse"

    def wanted_ports(self, settings: Settings) -> dict[str, int]:
        return {"CLICKHOUSE_PORT": settings.clickhouse_port, "CLICKHOUSE_TCP_PORT": settings.clickhouse_tcp_port}

    def environment(self, context: Context) -> dict[str, str]:
        settings = context.settings
        return {
            "CLICKHOUSE_HOST": HOST,
            "CLICKHOUSE_PORT": str(context.ports["CLICKHOUSE_PORT"]),
            "CLICKHOUSE_TCP_PORT": str(context.ports["CLICKHOUSE_TCP_PORT"]),
            "CLICKHOUSE_USER": settings.clickhouse_user,
            "CLICKHOUSE_PASSWORD": settings.clickhouse_password,
        }
