"""The store of the first lessons."""

from __future__ import annotations

from catalog.services.postgres import POSTGRES
from embedded.postgres_cluster.server import Server


class Postgres(Server):
    """The store of the first lessons: one database, one superuser, as in the official image."""

    spec = POSTGRES
