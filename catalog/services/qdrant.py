"""Qdrant, the store for looking up what is alike."""

from dataclasses import dataclass

from catalog import setting, versions
from catalog.spec import Address, Container, Health, ServiceSpec


@dataclass(frozen=True)
class QdrantSettings:
    """Settings of the server."""

    port: int = setting.port("QDRANT_HTTP_PORT", 6333)


QDRANT = ServiceSpec(
    name="qdrant",
    title="Qdrant",
    settings=QdrantSettings,
    container=Container(
        name="qdrant",
        image=f"qdrant/qdrant:v{versions.QDRANT}",
        health=":> /dev/tcp/127.0.0.1/6333",
        memory="1536m",
    ),
    order=7,
    addresses=(Address("QDRANT_URL"),),
    health=Health("/readyz"),
    seen_by_flows=("QDRANT_URL",),
)
