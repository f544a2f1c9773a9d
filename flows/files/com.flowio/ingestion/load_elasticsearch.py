"""Task elasticsearch_load of s3-csv-ingestion: bulk requests, a document a reading."""

import os
from collections.abc import Iterator
from typing import Any

from elasticsearch import helpers

from ingestion.readings import read_readings, run_load
from stores import elasticsearch
from stores.index_names import daily_index


def documents(table: str) -> Iterator[dict[str, Any]]:
    """The documents: the identity follows from what is measured, the index from the day."""
    for identity, reading in read_readings():
        yield {"_index": daily_index(table, reading["timestamp"]), "_id": identity.replace("-", ""), **reading}


def load() -> None:
    """Write all documents; raises RuntimeError with the number of those that are refused."""
    table, client = os.environ["TABLE"], elasticsearch.connect(timeout=120)
    # A node that has too much to do answers 429: those documents are sent again, later and later.
    bulk = helpers.streaming_bulk(
        client, documents(table), chunk_size=5_000, max_retries=8, initial_backoff=0.5, raise_on_error=False
    )
    refused = 0
    for accepted, item in bulk:
        if not accepted:
            refused += 1
            if refused <= 5:
                print(f"Refused: {item}")
    client.indices.refresh(index=table)
    if refused:
        raise RuntimeError(f"{refused:,} documents were refused")


if __name__ == "__main__":
    run_load("Elasticsearch", load)
