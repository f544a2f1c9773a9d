"""The counts of a file, made while it is generated."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from embedded.services.dataset.catalogue import TaxiFile
from embedded.services.dataset.texts import COLUMN_KINDS, Codes
from embedded.services.dataset.trips import Trips

Hashes = npt.NDArray[np.uint64]


def natural_key(file: TaxiFile) -> tuple[str, ...]:
    """The columns that tell two trips apart, in the order in which they are hashed."""
    return ("VendorID", file.pickup, file.dropoff, "PULocationID", "DOLocationID", "fare_amount", "trip_distance")


def _mixed(words: Hashes) -> Hashes:
    """Spread each 64-bit word over all its bits; different words stay different (the finalizer of splitmix64)."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _hashed(trips: Trips, columns: tuple[str, ...], seed: Hashes) -> Hashes:
    """A 64-bit hash of each row over the columns.

    The chance that two different rows of a file of 8 million ever share one is below one in 500,000.
    """
    hashes = seed
    for name in columns:
        hashes = _mixed(hashes + trips[name].astype(np.uint32).astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15))
    return hashes


def _distinct(parts: list[Hashes]) -> int:
    if not parts:
        return 0
    hashes = np.concatenate(parts)
    hashes.sort()
    return 1 + int(np.count_nonzero(hashes[1:] != hashes[:-1]))


@dataclass
class _Column:
    name: str
    nulls: int = 0
    low: int | None = None
    high: int | None = None

    def add(self, codes: Codes) -> None:
        null = COLUMN_KINDS[self.name].null
        missing = codes == null
        nulls = int(np.count_nonzero(missing))
        self.nulls += nulls
        present = codes[~missing] if nulls else codes
        if present.size:
            low, high = int(present.min()), int(present.max())
            self.low = low if self.low is None else min(self.low, low)
            self.high = high if self.high is None else max(self.high, high)

    def report(self) -> dict[str, Any]:
        value = COLUMN_KINDS[self.name].value
        return {
            "nulls": self.nulls,
            "min": None if self.low is None else value(self.low),
            "max": None if self.high is None else value(self.high),
        }


@dataclass
class Profile:
    """Counts of one file; holds 16 bytes a row until it is read."""

    file: TaxiFile
    rows: int = 0
    _columns: list[_Column] = field(init=False)
    _keys: list[Hashes] = field(default_factory=list)
    _whole: list[Hashes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._columns = [_Column(name) for name in self.file.columns]

    def add(self, trips: Trips) -> None:
        """Count a block."""
        for column in self._columns:
            column.add(trips[column.name])
        key = natural_key(self.file)
        size = trips[self.file.pickup].size
        keys = _hashed(trips, key, np.zeros(size, dtype=np.uint64))
        rest = tuple(name for name in self.file.columns if name not in key)
        self._keys.append(keys)
        self._whole.append(_hashed(trips, rest, keys))
        self.rows += size

    def report(self) -> dict[str, Any]:
        """The counts, as they stand in a manifest."""
        return {
            "rows": self.rows,
            "duplicate_rows": self.rows - _distinct(self._whole),
            "natural_key": list(natural_key(self.file)),
            "rows_distinct_by_natural_key": _distinct(self._keys),
            "columns": {column.name: column.report() for column in self._columns},
        }
