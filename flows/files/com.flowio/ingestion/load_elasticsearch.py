"""Task elasticsearch_load of s3-csv-ingestion: bulk requests, a document a reading."""

import os
from collections.abc import Iterator
from functools import partial
from typing import Any

from elasticsearch import Elasticsearch, helpers

from ingestion.batches import send_in_batches
from ingestion.readings import read_readings, run_load
from stores import elasticsearch
from stores.index_names import daily_index

BATCH_SIZE = 5_000

Document = dict[str, Any]


def documents(table: str) -> Iterator[Document]:
    """The documents: the identity follows from what is measured, the index from the day."""
    for identity, reading in read_readings():
        yield {"_index": daily_index(table, reading["timestamp"]), "_id": identity.replace("-", ""), **reading}


def send(client: Elasticsearch, batch: list[Document]) -> list[Document]:
    """Send documents in one bulk request; gives what Elasticsearch says of those that it refuses.

    A node that has too much to do answers 429: those documents are sent again, later and later.
    """
    bulk = helpers.streaming_bulk(
        client, batch, chunk_size=BATCH_SIZE, max_retries=8, initial_backoff=0.5, raise_on_error=False
    )
    return [item for accepted, item in bulk if not accepted]


def load() -> None:
    """Write all documents; raises RuntimeError with the number of those that are refused."""
    table, client = os.environ["TABLE"], elasticsearch.connect(timeout=120)
    refused = 0
    for items in send_in_batches(partial(send, client), documents(table), BATCH_SIZE):
        for item in items[: max(0, 5 - refused)]:
            print(f"Refused: {item}")
        refused += len(items)
    client.indices.refresh(index=table)
    if refused:
        raise RuntimeError(f"{refused:,} documents were refused")


if __name__ == "__main__":
    run_load("Elasticsearch", load)
