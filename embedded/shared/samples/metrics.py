"""Generated sensor readings: the sample of the S3 CSV lesson.

Device by device, a temperature, a humidity and a pressure at each step of one week. What a place is shows in its
values: the roof follows the sun, the cold store does not. Same rows and same seed, same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

DEFAULT_ROWS = 15_120
"""Five devices, three metrics, a reading each ten minutes."""
HEADER = "timestamp,device_id,metric_name,metric_value,location,zone"
START = datetime(2025, 9, 1, tzinfo=UTC)  # a Monday
WEEK_SECONDS = 7 * 24 * 3600
METRICS = ("temperature", "humidity", "pressure")
_MOST_A_SERIES = WEEK_SECONDS // 60
_STEPS_A_PIECE = 500


@dataclass(frozen=True)
class _Site:
    """Where a device hangs, and the middle and the daily swing of each of its metrics."""

    location: str
    zone: str
    temperature: tuple[float, float]
    humidity: tuple[float, float]
    pressure: tuple[float, float]


_SITES = (
    _Site("Building A, roof, weather mast", "north", (14.0, 7.0), (68.0, -18.0), (1009.0, 1.2)),
    _Site("Building A, floor 2, server room", "north", (22.5, 0.4), (41.0, -0.8), (1009.4, 1.2)),
    _Site("Building B, loading dock", "south", (17.0, 4.0), (58.0, -9.0), (1010.1, 1.2)),
    _Site("Building B, cold store", "east", (3.5, 0.3), (82.0, -1.0), (1010.1, 1.2)),
    _Site("Building C, greenhouse", "west", (25.0, 5.5), (74.0, -12.0), (1008.7, 1.2)),
)


@dataclass(frozen=True)
class _Shape:
    """How many rows make how many series of how many steps."""

    rows: int

    @property
    def devices(self) -> int:
        """How many devices there are, with one series of each metric."""
        return max(len(_SITES), math.ceil(self.rows / (_MOST_A_SERIES * len(METRICS))))

    @property
    def steps(self) -> int:
        """How many readings a series has."""
        return math.ceil(self.rows / (self.devices * len(METRICS)))

    @property
    def seconds(self) -> int:
        """Between two readings of a series."""
        return WEEK_SECONDS // self.steps


def csv(rows: int = DEFAULT_ROWS, seed: int = 2021) -> Iterator[bytes]:
    """The file, piece by piece, header first.

    Parameters:
        rows: how many, without the header; up to 30,240 a device, more devices beyond that.
        seed: other values for another seed.
    """
    yield f"{HEADER}\n".encode()
    shape, left = _Shape(rows), rows
    tails = [_tail(device) for device in range(shape.devices)]
    for first, cents in _pieces(shape, seed):
        lines = []
        for step, values in enumerate(cents.tolist(), first):
            moment = (START + timedelta(seconds=step * shape.seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
            for (head, tail), readings in zip(tails, values, strict=True):
                lines += [
                    f"{moment},{head},{metric},{cent / 100:.2f},{tail}\n"
                    for metric, cent in zip(METRICS, readings, strict=True)
                ]
        yield "".join(lines[:left]).encode()
        left -= min(left, len(lines))


def manifest(rows: int = DEFAULT_ROWS, seed: int = 2021) -> dict[str, Any]:
    """What is in the file: the counts and sums that every store has to agree with.

    Returns:
        rows, devices, the first and the last timestamp, and for each metric its rows and the exact sum of its values.
    """
    shape, left, last = _Shape(rows), rows, 0
    counts, sums = np.zeros(len(METRICS), np.int64), np.zeros(len(METRICS), np.int64)
    for first, cents in _pieces(shape, seed):
        flat = cents.reshape(-1)[:left]
        left -= len(flat)
        for index in range(len(METRICS)):
            mine = flat[index :: len(METRICS)]
            counts[index] += len(mine)
            sums[index] += mine.sum()
        if len(flat):
            last = first + (len(flat) - 1) // (shape.devices * len(METRICS))
    return {
        "generated": True,
        "rows": rows,
        "devices": min(shape.devices, math.ceil(rows / len(METRICS))),
        "first": START.isoformat(),
        "last": (START + timedelta(seconds=last * shape.seconds)).isoformat(),
        "metrics": {
            metric: {"rows": int(count), "sum": int(total) / 100}
            for metric, count, total in zip(METRICS, counts, sums, strict=True)
        },
    }


def _tail(device: int) -> tuple[str, str]:
    site = _SITES[device % len(_SITES)]
    return f"sensor-{device + 1:03d}", f'"{site.location}",{site.zone}'


def _pieces(shape: _Shape, seed: int) -> Iterator[tuple[int, np.ndarray]]:
    """Values in hundredths, shaped steps x devices x metrics, each piece with its first step."""
    draw = np.random.default_rng(seed)
    offsets = draw.normal(0, 0.6, (shape.devices, len(METRICS)))
    sites = [_SITES[device % len(_SITES)] for device in range(shape.devices)]
    profile = np.array([[getattr(site, metric) for metric in METRICS] for site in sites])
    for first in range(0, shape.steps, _STEPS_A_PIECE):
        steps = np.arange(first, min(first + _STEPS_A_PIECE, shape.steps))
        day = steps * shape.seconds / 86400
        sun = -np.cos(2 * np.pi * (day - 2 / 24))  # warmest at two in the afternoon
        values = profile[None, :, :, 0] + offsets + profile[None, :, :, 1] * sun[:, None, None]
        values += draw.normal(0, 0.25, values.shape)
        yield first, np.clip(np.rint(values * 100), -5000, 200_000).astype(np.int64)
