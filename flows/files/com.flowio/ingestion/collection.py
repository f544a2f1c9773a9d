"""How points get into a collection of Qdrant."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from qdrant_client import QdrantClient, models

from ingestion.batches import send_in_batches
from ingestion.columns import Column
from stores import qdrant

TRIES = 4


class Point(NamedTuple):
    """A point: its id is a UUID, and its payload has the table's columns."""

    id: str
    vector: list[float]
    payload: dict[str, Any]


def ensure_collection(client: QdrantClient, collection: str, dimensions: int) -> None:
    """Create a collection if it is missing; another load may create it at the same moment.

    Parameters:
        client: of the store.
        collection: its name.
        dimensions: numbers of a vector.
    """
    if client.collection_exists(collection):
        return
    vectors: Any = models.VectorParams(size=dimensions, distance=models.Distance.COSINE)
    try:
        client.create_collection(collection, vectors_config=vectors, on_disk_payload=True)
    except Exception:
        if not client.collection_exists(collection):
            raise


def upsert(client: QdrantClient, collection: str, points: Iterable[Point]) -> None:
    """Write a batch of points as columns, which the client checks in a fifth of the time of single points.

    Parameters:
        client: of the store.
        collection: its name.
        points: those whose ids are known are replaced, so a batch may be sent again.
    """
    ids, vectors, payloads = (list(column) for column in zip(*points, strict=True))
    batch = models.Batch(ids=ids, vectors=vectors, payloads=payloads)
    for tries_left in reversed(range(TRIES)):
        try:
            client.upsert(collection, batch, wait=True)
            return
        except Exception:
            if not tries_left:
                raise


def load_points(
    collection: str, points: Iterable[Point], columns: Iterable[Column], dimensions: int, batch_size: int
) -> None:
    """Write points into a collection, which is created if it is missing. A point whose id is known is replaced.

    Parameters:
        collection: its name.
        points: no two of the same id.
        columns: those that say so get an index.
        dimensions: numbers of a vector.
        batch_size: points a request.
    """
    client = qdrant.connect()
    ensure_collection(client, collection, dimensions)
    for _ in send_in_batches(lambda batch: upsert(client, collection, batch), points, batch_size):
        pass
    for column in columns:
        if column.qdrant:
            client.create_payload_index(collection, column.name, models.PayloadSchemaType(column.qdrant))
