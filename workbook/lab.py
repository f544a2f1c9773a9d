"""The lab: what a notebook works with."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import catalog
from workbook import overview, scripts, stack
from workbook.dataset import Dataset
from workbook.kestra import KestraClient
from workbook.settings import Settings, embedded_environment, load
from workbook.stores.postgres import Connection, Postgres

if TYPE_CHECKING:
    from workbook.stores.athena import Athena
    from workbook.stores.bigquery import BigQuery
    from workbook.stores.clickhouse import Clickhouse
    from workbook.stores.elasticsearch import Elasticsearch
    from workbook.stores.gcs import Gcs
    from workbook.stores.qdrant import Qdrant
    from workbook.stores.s3 import S3

CLIENTS = {"aws": ("s3",), "gcp": ("gcs", "bigquery")}
"""Services whose clients have other names."""


class Lab:
    """The services of one stack, each opened when it is first used.

    The clients of the stores take a second or more to import: a lesson waits only for those that it uses.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __repr__(self) -> str:
        return f"Lab({self.settings.stack})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        states = overview.services(self.settings)
        return {
            "text/html": overview.html(self.settings.stack, states),
            "text/plain": overview.text(self.settings.stack, states),
        }

    @cached_property
    def kestra(self) -> KestraClient:
        """Kestra."""
        settings = self.settings
        return KestraClient(settings.kestra_url, settings.kestra_username, settings.kestra_password, settings.stack)

    @cached_property
    def postgres(self) -> Postgres:
        """The database the taxi trips land in."""
        return Postgres(Connection.postgres(self.settings))

    @cached_property
    def timescale(self) -> Postgres:
        """The database for what is measured over time."""
        return Postgres(Connection.timescale(self.settings))

    @cached_property
    def clickhouse(self) -> Clickhouse:
        """The database for sums over many rows."""
        from workbook.stores.clickhouse import Clickhouse

        return Clickhouse(self.settings)

    @cached_property
    def elasticsearch(self) -> Elasticsearch:
        """The store for looking up words."""
        from workbook.stores.elasticsearch import Elasticsearch

        return Elasticsearch(self.settings)

    @cached_property
    def qdrant(self) -> Qdrant:
        """The store for looking up what is alike."""
        from workbook.stores.qdrant import Qdrant

        return Qdrant(self.settings)

    @cached_property
    def s3(self) -> S3:
        """The buckets."""
        from workbook.stores.s3 import S3

        return S3(self.settings)

    def athena(self, database: str, work_group: str = "primary", region: str = "") -> Athena:
        """SQL over files in buckets.

        Parameters:
            database: of Glue's catalogue.
            work_group: of Athena.
            region: that they are in; the one of the settings, if empty.
        """
        from workbook.stores.athena import Athena

        return Athena(self.settings, database, work_group, region or self.settings.aws_region)

    @cached_property
    def gcs(self) -> Gcs:
        """The buckets of Google Cloud."""
        from workbook.stores.gcs import Gcs

        return Gcs(self.settings)

    @cached_property
    def bigquery(self) -> BigQuery:
        """Google Cloud's data warehouse."""
        from workbook.stores.bigquery import BigQuery

        return BigQuery(self.settings)

    @cached_property
    def dataset(self) -> Dataset:
        """The data server."""
        return Dataset(self.settings)

    def drop_table(self, *names: str) -> None:
        """Drop what has one of these names in the four stores: table, index with its template, collection.

        What is not there is no error.
        """
        for name in names:
            for store in (self.timescale, self.clickhouse, self.elasticsearch, self.qdrant):
                store.drop(name)

    def run(self, script: str, *arguments: str) -> None:
        """Run a Python script of the project with the settings of this lab, and print what it prints.

        Parameters:
            script: its path from the project's folder.

        Raises:
            ScriptFailed: it did not end well.
        """
        print(scripts.run(self.settings, script, *arguments), end="")

    @property
    def storage(self) -> Path:
        """The folder of Kestra's internal storage."""
        return self.settings.storage

    def stop(self, service: str) -> None:
        """Stop one service, to see what happens without it; the others keep running.

        Raises:
            StackError: it cannot be stopped from here.
        """
        stack.stop(self.settings.stack, service)
        print(f"{service} is stopped")

    def start(self, service: str) -> None:
        """Start a service that was stopped; what it had kept is there again.

        Raises:
            StackError: it cannot be started from here, or does not start.
            ServerDown: it does not answer.
        """
        stack.start(self.settings.stack, service)
        self._forget(service)
        self.settings = self._moved(service)
        self.ping(service)
        print(f"{service} is up")

    def ping(self, *services: str) -> None:
        """Check that services answer, and accept the user name and the password in the settings.

        Raises:
            ServerDown: a service does not answer.
            WrongPassword: it refuses the password.
        """
        for service in services:
            for client in CLIENTS.get(service, (service,)):
                if hasattr(type(self), client):
                    getattr(self, client).ping()

    def close(self) -> None:
        """Close connections. The stack goes on: `python -m embedded down` stops it."""
        for service in catalog.NAMES:
            self._forget(service)

    def _moved(self, service: str) -> Settings:
        """The settings with those of a service read again: its port may have been taken while it was stopped."""
        now = vars(load(ask_stack=embedded_environment))
        prefixes = tuple(prefix.lower() for prefix in catalog.service(service).prefixes)
        return replace(self.settings, **{name: value for name, value in now.items() if name.startswith(prefixes)})

    def _forget(self, service: str) -> None:
        for name in CLIENTS.get(service, (service,)):
            client = self.__dict__.pop(name, None)
            if client is not None:
                client.close()


def open(*services: str) -> Lab:
    """Start services that are not up, and return the lab.

    The embedded stack is started if need be; the others are only looked for.

    Parameters:
        services: some of `kestra`, `postgres`, `dataset`, `timescale`, `clickhouse`, `elasticsearch`, `qdrant`,
            `aws` and `gcp`; the first three if none is named.

    Raises:
        StackError: an unknown service, a wrong Python, or a service that does not start.
        ServerDown: a service of the docker or the cloud stack does not answer.
        WrongPassword: it refuses the password in the settings.
    """
    wanted = services or catalog.default_names()
    stack.check_names(*wanted)
    lab = Lab(load(ask_stack=lambda: stack.bring_up(wanted)))
    lab.ping(*wanted)
    print(f"Stack: {', '.join(wanted)} {'is' if len(wanted) == 1 else 'are'} up")
    return lab
