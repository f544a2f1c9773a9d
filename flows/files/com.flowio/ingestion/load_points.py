"""Task qdrant_load of s3-json-ingestion: the points that the task parse has made."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from ingestion.collection import Point, load_points
from ingestion.columns import MATCH
from ingestion.frame import exit_naming
from ingestion.vectors import TITLE_SIZE


def points() -> Iterator[Point]:
    """The points of `points.ndjson`."""
    with Path("points.ndjson").open() as file:
        for line in file:
            yield Point(**json.loads(line))


if __name__ == "__main__":
    with exit_naming("Qdrant"):
        load_points(os.environ["TABLE"], points(), MATCH, TITLE_SIZE, batch_size=500)
