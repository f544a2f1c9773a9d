"""What the four loads of s3-csv-ingestion have in common."""

import csv
import hashlib
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kestra import Kestra

from ingestion.frame import exit_naming

FILE = Path("metrics.csv")
VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
"""The digit of a UUID that tells its layout, by the digit of the digest in its place."""


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


def reading_id(key: str) -> str:
    """The UUID that `uuid.uuid5` gives a text, written out; this takes a quarter of the time.

    Parameters:
        key: what makes a reading one.
    """
    digest = hashlib.sha1(uuid.NAMESPACE_OID.bytes + key.encode(), usedforsecurity=False).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{VARIANT[digest[16]]}{digest[17:20]}-{digest[20:32]}"


def read_readings() -> Iterator[tuple[str, dict[str, Any]]]:
    """The readings of the file with their batch, each with an id that follows from what it measures."""
    batch = os.environ["BATCH"]
    with FILE.open(newline="") as file:
        rows = csv.reader(file)
        names = next(rows)
        for row in rows:
            reading: dict[str, Any] = dict(zip(names, row, strict=True))
            reading["metric_value"], reading["batch_id"] = float(reading["metric_value"]), batch
            yield reading_id(f"{reading['timestamp']}|{reading['device_id']}|{reading['metric_name']}"), reading
