"""How rows become the vectors that Qdrant compares by the cosine of their angle."""

import hashlib
import math
import zlib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

READING_SIZE = 6
TITLE_SIZE = 64

Scales = Mapping[str, Mapping[str, float]]
"""For a metric: `turn`, where it is on its circle, and its `low`est and `high`est usual value."""


def reading_vector(moment: datetime, metric: str, value: float, scales: Scales) -> list[float]:
    """Three clocks: the time of day, the metric, and the value, which goes half a turn from low to high.

    The cosine similarity of two such vectors is the mean of the cosines of their three angles.

    Parameters:
        moment: of the reading, in UTC.
        metric: its name.
        value: in the metric's unit.
        scales: of the metrics that are known.
    """
    day = (moment.hour * 3600 + moment.minute * 60 + moment.second) / 86_400
    return [*clock(day), *clock(turn(metric, scales)), *clock(height(metric, value, scales) / 2)]


@lru_cache(100_000)  # many readings share a time, or a metric
def clock(part: float) -> tuple[float, float]:
    """A point on a circle, from 0 to 1 around it."""
    return math.cos(2 * math.pi * part), math.sin(2 * math.pi * part)


def height(metric: str, value: float, scales: Scales) -> float:
    """How high a value is, from 0 to 1, on its metric's scale; on a logarithmic one if the metric is not known.

    Parameters:
        metric: its name.
        value: in the metric's unit.
        scales: of the metrics that are known.
    """
    if metric not in scales:
        return 0.5 + math.copysign(math.log10(1 + abs(value)), value) / 620
    low, high = scales[metric]["low"], scales[metric]["high"]
    return min(max((value - low) / (high - low), 0), 1)


def turn(metric: str, scales: Scales) -> float:
    """Where a metric is on its clock, from 0 to 1; by its name if it is not known."""
    if metric in scales:
        return scales[metric]["turn"]
    return int.from_bytes(hashlib.sha256(metric.encode()).digest()[:4], "big") / 2**32


def title_vector(title: str) -> list[float]:
    """Which letters stand together: each group of three adds to the dimension that its checksum names."""
    words = f"  {title}  ".lower()
    vector = [0.0] * TITLE_SIZE
    for start in range(len(words) - 2):
        checksum = zlib.crc32(words[start : start + 3].encode())
        vector[checksum % TITLE_SIZE] += 1 if checksum & 0x10000 else -1
    return vector if any(vector) else [1.0] * TITLE_SIZE
