"""The store of the first lessons."""

from __future__ import annotations

from embedded.postgres_cluster.cluster import Login
from embedded.postgres_cluster.server import Server
from embedded.shared.settings import Settings


class Postgres(Server):
    """The store of the first lessons: one database, one superuser, as in the official image."""

    name = "postgres"
    prefix = "POSTGRES"

    def port(self, settings: Settings) -> int:
        return settings.postgres_port

    def login(self, settings: Settings) -> Login:
        return Login(settings.postgres_user, settings.postgres_password, settings.postgres_db)
