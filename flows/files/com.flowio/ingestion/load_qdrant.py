"""Task qdrant_load of s3-csv-ingestion: a point a reading, with a vector of three clocks."""

import json
import os
from collections.abc import Iterator
from datetime import datetime

from ingestion.collection import Point, load_points
from ingestion.columns import BATCH_ID, READING
from ingestion.readings import read_readings, run_load
from ingestion.vectors import READING_SIZE, Scales, reading_vector


def points(scales: Scales) -> Iterator[Point]:
    """The readings as points."""
    for identity, reading in read_readings():
        moment = datetime.fromisoformat(reading["timestamp"])
        vector = reading_vector(moment, reading["metric_name"], reading["metric_value"], scales)
        yield Point(identity, vector, reading)


def load() -> None:
    """Write all points."""
    scales = json.loads(os.environ["SCALES"])
    load_points(os.environ["TABLE"], points(scales), (*READING, BATCH_ID), READING_SIZE, batch_size=1_000)


if __name__ == "__main__":
    run_load("Qdrant", load)
