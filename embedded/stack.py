"""The services there are. A new one is added here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embedded.dataset.service import Dataset
from embedded.kestra.service import Kestra
from embedded.postgres import Postgres
from embedded.service import Service


@dataclass(frozen=True)
class Stack:
    """What the command works on."""

    services: Sequence[Service]
    supervisor: tuple[str, ...]
    """Arguments to Python that run this stack's supervisor; the state folder is added."""

    @property
    def names(self) -> list[str]:
        """The services' names."""
        return [service.name for service in self.services]


EMBEDDED = Stack(services=(Kestra(), Postgres(), Dataset()), supervisor=("-m", "embedded", "supervise"))
