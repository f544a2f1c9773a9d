"""pgAdmin: the taxi database in a browser."""

from dataclasses import dataclass

from catalog import setting
from catalog.spec import Address, Health, ServiceSpec


@dataclass(frozen=True)
class PgAdminSettings:
    """Settings of pgAdmin and of its first user."""

    port: int = setting.port("PGADMIN_PORT", 8085)
    email: str = setting.email("PGADMIN_EMAIL", "admin@admin.com")
    password: str = setting.secret("PGADMIN_PASSWORD", "root")


PGADMIN = ServiceSpec(
    name="pgadmin",
    title="pgAdmin",
    settings=PgAdminSettings,
    order=210,
    for_people=True,
    requires=("postgres",),
    addresses=(Address("PGADMIN_URL"),),
    health=Health("/misc/ping"),
)
