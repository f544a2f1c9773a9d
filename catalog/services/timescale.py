"""TimescaleDB, the store for what is measured over time."""

from dataclasses import dataclass

from catalog import setting, versions
from catalog.spec import Address, Container, ServiceSpec


@dataclass(frozen=True)
class TimescaleSettings:
    """Settings of a PostgreSQL server of its own, with one database and one user."""

    port: int = setting.port("TIMESCALE_PORT", 5433, container=5432)
    db: str = setting.name("TIMESCALE_DB", "kestra_data")
    user: str = setting.name("TIMESCALE_USER", "kestra_user")
    password: str = setting.secret("TIMESCALE_PASSWORD", "kestra_password")


TIMESCALE = ServiceSpec(
    name="timescale",
    title="TimescaleDB",
    settings=TimescaleSettings,
    container=Container(
        name="timescale",
        image=f"timescale/timescaledb:{versions.TIMESCALE}",
        health="pg_isready -U $$POSTGRES_USER -d $$POSTGRES_DB",
        memory="1g",
        environment={
            "POSTGRES_DB": "TIMESCALE_DB",
            "POSTGRES_USER": "TIMESCALE_USER",
            "POSTGRES_PASSWORD": "TIMESCALE_PASSWORD",
        },
    ),
    order=4,
    addresses=(Address("TIMESCALE_HOST", "{host}"),),
    connection="postgresql://{TIMESCALE_USER}@{TIMESCALE_HOST}:{TIMESCALE_PORT}/{TIMESCALE_DB}",
    seen_by_flows=("TIMESCALE_HOST", "TIMESCALE_PORT", "TIMESCALE_DB", "TIMESCALE_USER"),
    secrets=("TIMESCALE_PASSWORD",),
)
