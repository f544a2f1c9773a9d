"""A file as a stream of bytes: CSV, gzip, and the two broken variants for lessons on failure."""

import zlib
from collections.abc import Callable, Iterator

import numpy as np

from embedded.services.dataset.catalogue import Edition
from embedded.services.dataset.texts import COLUMN_KINDS, DAY, EPOCH_DAYS, TIME, clock, days, table
from embedded.services.dataset.trips import Trips, blocks

GZIP_LEVEL = 1
MISSING_COLUMN = "fare_amount"

# No time, no name and no operating system in the header, so that the bytes depend on the content only.
_GZIP_HEADER = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255))


def _csv_rows(trips: Trips, columns: tuple[str, ...]) -> bytes:
    """The rows as text: every value in a field of fixed width, then the padding is dropped."""
    fields = []
    for name in columns:
        end = b"\n" if name == columns[-1] else b","
        codes, kind = trips[name], COLUMN_KINDS[name]
        if kind is TIME:
            day, second = np.divmod(codes, DAY)
            fields += [(days(), day - EPOCH_DAYS), (clock(end), second)]
        else:
            fields.append((table(kind, end), codes - kind.low))
    layout = np.dtype([(f"f{index}", texts.dtype) for index, (texts, _) in enumerate(fields)])
    rows = np.empty(trips[columns[0]].size, dtype=layout)
    for index, (texts, entries) in enumerate(fields):
        rows[f"f{index}"] = texts[entries]
    return rows.tobytes().translate(None, b"\0")


def csv(edition: Edition, without: str | None = None, watch: Callable[[Trips], None] | None = None) -> Iterator[bytes]:
    """The CSV of a file, in pieces.

    Parameters:
        edition: the file, its size and its seed.
        without: a column to be left out.
        watch: called with each block before it is written.
    """
    columns = tuple(name for name in edition.file.columns if name != without)
    yield (",".join(columns) + "\n").encode()
    for trips in blocks(edition):
        if watch is not None:
            watch(trips)
        yield _csv_rows(trips, columns)


class Gzip:
    """Packs pieces of a stream, and knows how many bytes went in and came out."""

    def __init__(self) -> None:
        self.bytes_in = 0
        self.bytes_out = 0
        self.crc32 = 0

    def pack(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The pieces as one gzip file, a piece for each piece."""
        packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        yield self._count(_GZIP_HEADER)
        for piece in pieces:
            self.bytes_in += len(piece)
            self.crc32 = zlib.crc32(piece, self.crc32)
            yield self._count(packer.compress(piece))
        trailer = self.crc32.to_bytes(4, "little") + (self.bytes_in & 0xFFFFFFFF).to_bytes(4, "little")
        yield self._count(packer.flush() + trailer)

    def _count(self, packed: bytes) -> bytes:
        self.bytes_out += len(packed)
        return packed


def truncated(edition: Edition) -> Iterator[bytes]:
    """The gzip file cut off within its last block of rows, as after a lost connection."""
    held: list[bytes] = []
    for piece in Gzip().pack(csv(edition)):
        held.append(piece)
        if len(held) > 2:
            yield held.pop(0)
    last_rows, _end = held
    yield last_rows[: len(last_rows) // 2]


def missing_column(edition: Edition) -> Iterator[bytes]:
    """The gzip file without the column `MISSING_COLUMN`."""
    return Gzip().pack(csv(edition, without=MISSING_COLUMN))
