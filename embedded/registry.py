"""The services there are. A new one is added here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embedded.service import Service
from embedded.services.aws.service import Aws
from embedded.services.clickhouse.service import ClickHouse
from embedded.services.dataset.service import Dataset
from embedded.services.elasticsearch.service import Elasticsearch
from embedded.services.gcp.service import Gcp
from embedded.services.kestra.service import Kestra
from embedded.services.postgres.service import Postgres
from embedded.services.qdrant.service import Qdrant
from embedded.services.timescale.service import Timescale


@dataclass(frozen=True)
class Stack:
    """What the command works on."""

    services: Sequence[Service]
    supervisor: tuple[str, ...]
    """Arguments to Python that run this stack's supervisor; the state folder is added."""

    default: Sequence[str] = ()
    """The services that start when none is named; all of them if this is empty."""

    @property
    def names(self) -> list[str]:
        """The services' names."""
        return [service.name for service in self.services]


EMBEDDED = Stack(
    services=(
        *(Kestra(), Postgres(), Dataset()),
        *(Timescale(), ClickHouse(), Elasticsearch(), Qdrant(), Aws(), Gcp()),
    ),
    supervisor=("-m", "embedded", "supervise"),
    default=("kestra", "postgres", "dataset"),  # the stores of later lessons take memory: each lesson starts its own
)
