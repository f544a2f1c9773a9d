"""Irregular rows, as the public files have them: a few in every thousand, in small files too."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from embedded.services.dataset import time_of_day
from embedded.services.dataset.catalogue import TaxiFile
from embedded.services.dataset.prng import Draw, scaled
from embedded.services.dataset.texts import DAY, MONEY, NUMBER, Codes

Rows = npt.NDArray[np.int64]

# Each kind has a row in every so many rows.
STANDING = 128  # the meter ran and the car did not: no distance, no other zone
REFUND = 256  # a negative fare, right after the trip it takes back
LATE = 512  # the pickup lies in another month, or in another decade
CORRECTED = 1024  # the row before once more, with another tip: same natural key, not the same row
DUPLICATE = 512  # the row before, exactly

DRAWS = 6
DISPUTE = 4
REFUNDED = (
    "fare_amount",
    "extra",
    "mta_tax",
    "improvement_surcharge",
    "total_amount",
    "congestion_surcharge",
)


def _spots(draw: Draw, window: int) -> Rows:
    """One row of each window of `window` rows, at a random place, never the first row of the block."""
    starts = np.arange(0, draw.size, window, dtype=np.int64)
    sizes = np.minimum(window, draw.size - starts)
    spots = np.maximum(starts + scaled(draw[starts], sizes), 1)
    return spots[spots < draw.size]


def _copy_previous(trips: Mapping[str, Codes], rows: Rows) -> None:
    for column in trips.values():
        column[rows] = column[rows - 1]


def _stand(trips: Mapping[str, Codes], rows: Rows) -> None:
    trips["trip_distance"][rows] = 0
    trips["DOLocationID"][rows] = trips["PULocationID"][rows]


def _shift(trips: Mapping[str, Codes], file: TaxiFile, rows: Rows, draw: Draw) -> None:
    """Move trips to the days before the month or after it, and one in eight to the clock's factory date."""
    pickup, dropoff = trips[file.pickup], trips[file.dropoff]
    start, length = time_of_day.month_start(file.year, file.month), time_of_day.seconds_in(file.year, file.month)
    offset = 1 + scaled(draw, 3 * DAY)
    moved = np.where(draw % 2 == 0, start - offset, start + length - 1 + offset)
    moved = np.where(draw % 8 == 3, time_of_day.month_start(2009, 1) + scaled(draw, DAY), moved)
    seconds = dropoff[rows] - pickup[rows]
    pickup[rows] = moved
    dropoff[rows] = moved + seconds


def _refund(trips: Mapping[str, Codes], rows: Rows) -> None:
    _copy_previous(trips, rows)
    for name in REFUNDED:
        column = trips[name]
        column[rows] = np.where(column[rows] == MONEY.null, MONEY.null, -column[rows])
    trips["total_amount"][rows] += trips["tip_amount"][rows]
    trips["tip_amount"][rows] = 0
    payment = trips["payment_type"]
    payment[rows] = np.where(payment[rows] == NUMBER.null, NUMBER.null, DISPUTE)


def _correct(trips: Mapping[str, Codes], rows: Rows) -> None:
    _copy_previous(trips, rows)
    for name in ("tip_amount", "total_amount"):
        trips[name][rows] += 100


def apply(trips: Mapping[str, Codes], file: TaxiFile, draws: list[Draw]) -> None:
    """Make some rows of a block odd, in place.

    Parameters:
        trips: the columns of the block.
        file: the file that the block belongs to.
        draws: `DRAWS` draws for each row.
    """
    late = _spots(draws[1], LATE)
    _stand(trips, _spots(draws[0], STANDING))
    _shift(trips, file, late, draws[2][late])
    _refund(trips, _spots(draws[3], REFUND))
    _correct(trips, _spots(draws[4], CORRECTED))
    _copy_previous(trips, _spots(draws[5], DUPLICATE))
