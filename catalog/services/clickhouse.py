"""ClickHouse, the store for sums over many rows."""

from dataclasses import dataclass

from catalog import setting, versions
from catalog.spec import Address, Container, Health, ServiceSpec


@dataclass(frozen=True)
class ClickHouseSettings:
    """Settings of the server: HTTP, and its own protocol over TCP."""

    port: int = setting.port("CLICKHOUSE_PORT", 8123)
    tcp_port: int = setting.port("CLICKHOUSE_TCP_PORT", 9000)
    user: str = setting.name("CLICKHOUSE_USER", "admin")
    password: str = setting.secret("CLICKHOUSE_PASSWORD", "admin123")


CLICKHOUSE = ServiceSpec(
    name="clickhouse",
    title="ClickHouse",
    settings=ClickHouseSettings,
    container=Container(
        name="clickhouse",
        image=f"clickhouse/clickhouse-server:{versions.CLICKHOUSE}",
        health="wget -qO- http://localhost:8123/ping",
        memory="2g",
        environment={name: name for name in ("CLICKHOUSE_USER", "CLICKHOUSE_PASSWORD")},
    ),
    order=5,
    addresses=(Address("CLICKHOUSE_HOST", "{host}"),),
    connection="http://{CLICKHOUSE_HOST}:{CLICKHOUSE_PORT}",
    health=Health("/ping"),
    seen_by_flows=("CLICKHOUSE_HOST", "CLICKHOUSE_PORT", "CLICKHOUSE_USER"),
    secrets=("CLICKHOUSE_PASSWORD",),
)
