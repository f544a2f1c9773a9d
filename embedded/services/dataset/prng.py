"""Random numbers that are the same everywhere.

Only raw bits of a counter-based generator and integer arithmetic are used: numpy keeps the bit stream of Philox, but
promises nothing for its distributions, and floating point may differ in the last digit between machines.
"""

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

SIXTEEN_BITS = 1 << 16

Draw = npt.NDArray[np.int64]


class Draws:
    """A source of draws that depends on its name only.

    Parameters:
        name: names the purpose; another name gives other draws.
    """

    def __init__(self, name: str) -> None:
        digest = hashlib.sha256(name.encode()).digest()
        self._key = np.frombuffer(digest[:16], dtype="<u8").astype(np.uint64)

    def block(self, index: int, count: int, rows: int) -> list[Draw]:
        """Arrays of numbers from 0 to 65,535.

        Parameters:
            index: number of the block; another block has other numbers.
            count: number of arrays.
            rows: length of each array.
        """
        counter = np.array([0, 0, index, 0], dtype=np.uint64)
        words = -(-count * rows // 4)
        raw = np.random.Philox(key=self._key, counter=counter).random_raw(words)
        fields = raw.astype("<u8", copy=False).view("<u2")[: count * rows].reshape(count, rows)
        return [field.astype(np.int64) for field in fields]


def scaled(draw: Draw, size: int | Draw) -> Draw:
    """A draw as a number from 0 to `size` - 1."""
    return draw * size >> 16


def chosen(values: Sequence[int], weights: Sequence[int]) -> npt.NDArray[np.int32]:
    """A table with 65,536 entries in which each value stands as often as its weight says."""
    edges = np.cumsum([0, *weights]) * SIXTEEN_BITS // sum(weights)
    return np.repeat(np.array(values, dtype=np.int32), np.diff(edges))


def quantiles(knots: Sequence[tuple[int, int]]) -> npt.NDArray[np.int32]:
    """A table with 65,536 entries from (share in 1/1,000, value) pairs, a straight line between each two."""
    parts = []
    for (share, value), (next_share, next_value) in pairwise(knots):
        start, stop = (part * SIXTEEN_BITS // 1000 for part in (share, next_share))
        steps = np.arange(stop - start, dtype=np.int64)
        parts.append(value + steps * (next_value - value) // (stop - start))
    return np.concatenate(parts).astype(np.int32)
