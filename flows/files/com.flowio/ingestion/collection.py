"""How points get into a collection of Qdrant."""

from collections.abc import Iterable
from typing import Any

from qdrant_client import QdrantClient, models

from ingestion.columns import Column
from stores import qdrant


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


def load_points(
    collection: str, points: Iterable[models.PointStruct], columns: Iterable[Column], dimensions: int, batch_size: int
) -> None:
    """Write points into a collection, which is created if it is missing. A point whose id is known is replaced.

    Parameters:
        collection: its name.
        points: their payloads have the columns.
        columns: those that say so get an index.
        dimensions: numbers of a vector.
        batch_size: points a request.
    """
    client = qdrant.connect()
    ensure_collection(client, collection, dimensions)
    client.upload_points(collection, points, batch_size=batch_size, wait=True, max_retries=3)
    for column in columns:
        if column.qdrant:
            client.create_payload_index(collection, column.name, models.PayloadSchemaType(column.qdrant))
