"""PostgreSQL, the store of the first lessons."""

from dataclasses import dataclass

from catalog import setting, versions
from catalog.spec import Address, Container, ServiceSpec


@dataclass(frozen=True)
class PostgresSettings:
    """Settings of a PostgreSQL server with one database and one user."""

    port: int = setting.port("POSTGRES_PORT", 5432)
    db: str = setting.name("POSTGRES_DB", "ny_taxi")
    user: str = setting.name("POSTGRES_USER", "root")
    password: str = setting.secret("POSTGRES_PASSWORD", "root")


POSTGRES = ServiceSpec(
    name="postgres",
    title="PostgreSQL",
    settings=PostgresSettings,
    container=Container(
        name="pgdatabase",
        image=f"postgres:{versions.POSTGRES}",
        health="pg_isready -U $$POSTGRES_USER -d $$POSTGRES_DB",
        memory="1g",
        environment={name: name for name in ("POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD")},
    ),
    order=2,
    starts_by_default=True,
    addresses=(Address("POSTGRES_HOST", "{host}"),),
    connection="postgresql://{POSTGRES_USER}@{POSTGRES_HOST}:{POSTGRES_PORT}/{POSTGRES_DB}",
    seen_by_flows=("POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_DB", "POSTGRES_USER"),
    secrets=("POSTGRES_PASSWORD",),
)
