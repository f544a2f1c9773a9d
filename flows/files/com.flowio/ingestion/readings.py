"""What the four loads of s3-csv-ingestion have in common."""

import csv
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kestra import Kestra

from ingestion.frame import exit_naming

FILE = Path("metrics.csv")


def run_load(store: str, load: Callable[[], None]) -> None:
    """Load a store and publish how fast it went; if it fails, end with one line that names the store.

    Parameters:
        store: its name, as the product is written.
        load: writes the file into it.
    """
    began = time.monotonic()
    with exit_naming(store):
        load()
    seconds = time.monotonic() - began
    rows, tags = int(os.environ["ROWS"]), {"store": store.lower()}
    print(f"{rows:,} rows in {seconds:.1f} s: {rows / seconds:,.0f} rows/s")
    Kestra.counter("rows", rows, tags)
    Kestra.timer("seconds", seconds, tags)
    Kestra.gauge("rows_per_second", rows / seconds, tags)


def read_readings() -> Iterator[tuple[uuid.UUID, dict[str, Any]]]:
    """The readings of the file with their batch, each with an id that follows from what it measures."""
    batch = os.environ["BATCH"]
    with FILE.open(newline="") as file:
        for row in csv.DictReader(file):
            key = f"{row['timestamp']}|{row['device_id']}|{row['metric_name']}"
            reading = {**row, "metric_value": float(row["metric_value"]), "batch_id": batch}
            yield uuid.uuid5(uuid.NAMESPACE_OID, key), reading
