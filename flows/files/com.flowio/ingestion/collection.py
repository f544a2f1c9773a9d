"""How points get into a collection of Qdrant."""

from collections.abc import Iterable
from typing import Any

from qdrant_client import models

from ingestion.columns import Column
from stores import qdrant


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
    if not client.collection_exists(collection):
        vectors: Any = models.VectorParams(size=dimensions, distance=models.Distance.COSINE)
        client.create_collection(collection, vectors_config=vectors, on_disk_payload=True)
    client.upload_points(collection, points, batch_size=batch_size, wait=True, max_retries=3)
    for column in columns:
        if column.qdrant:
            client.create_payload_index(collection, column.name, models.PayloadSchemaType(column.qdrant))
