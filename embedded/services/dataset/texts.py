"""How a value is written in the CSV, as tables from small integers to bytes.

A column of a block is an array of integers ("codes"): cents, hundredths of a mile, seconds, or the value itself.
Turning a million codes into text one by one is what makes writing CSV slow; looking them up in a table is not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]
Texts = npt.NDArray[np.bytes_]

DAY = 86_400
FIRST_DAY = date(1998, 1, 1)
LAST_DAY = date(2037, 12, 31)


@dataclass(frozen=True)
class Kind:
    """Values of a kind: the codes `low` to `high`, and `null`, the first code beyond, for no value.

    Attributes:
        write: the text of one code.
        scale: how many codes make 1; 0 if the value is not a number.
    """

    low: int
    high: int
    write: Callable[[int], str]
    scale: int = 1

    @property
    def null(self) -> int:
        """The code that stands for no value; its text is empty."""
        return self.high + 1

    def value(self, code: int) -> int | float | str:
        """A code as what it stands for: a number, or the text of what is not a number."""
        if not self.scale:
            return self.write(code)
        return code if self.scale == 1 else code / self.scale


def _money(cents: int) -> str:
    text = f"{abs(cents) // 100}.{abs(cents) % 100:02}".rstrip("0").rstrip(".")
    return f"-{text}" if cents < 0 else text


def _miles(hundredths: int) -> str:
    # The real files write less than a mile without the zero before the point.
    return f"{hundredths // 100 or ''}.{hundredths % 100:02}"


NUMBER = Kind(0, 300, str)
MONEY = Kind(-60_000, 120_000, _money, scale=100)
MILES = Kind(0, 20_000, _miles, scale=100)
FLAG = Kind(0, 1, "NY".__getitem__, scale=0)
EPOCH_DAYS = (FIRST_DAY - date(1970, 1, 1)).days
TIME = Kind(
    EPOCH_DAYS * DAY,
    ((LAST_DAY - date(1970, 1, 1)).days + 1) * DAY - 1,
    lambda second: datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M:%S"),
    scale=0,
)


@cache
def table(kind: Kind, end: bytes) -> Texts:
    """The text of every code of a kind, `end` after each; the last entry is the null."""
    texts = [kind.write(code).encode() + end for code in range(kind.low, kind.high + 1)]
    return np.array([*texts, end])


@cache
def days() -> Texts:
    """`YYYY-MM-DD ` for each day that a `TIME` can fall on."""
    count = (LAST_DAY - FIRST_DAY).days + 1
    return np.array([f"{FIRST_DAY + timedelta(day)} ".encode() for day in range(count)])


@cache
def clock(end: bytes) -> Texts:
    """`HH:MM:SS` for each second of a day, `end` after each."""
    return np.array([f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}".encode() + end for s in range(DAY)])


COLUMN_KINDS: dict[str, Kind] = {
    "VendorID": NUMBER,
    "tpep_pickup_datetime": TIME,
    "tpep_dropoff_datetime": TIME,
    "lpep_pickup_datetime": TIME,
    "lpep_dropoff_datetime": TIME,
    "passenger_count": NUMBER,
    "trip_distance": MILES,
    "RatecodeID": NUMBER,
    "store_and_fwd_flag": FLAG,
    "PULocationID": NUMBER,
    "DOLocationID": NUMBER,
    "payment_type": NUMBER,
    "trip_type": NUMBER,
    "ehail_fee": MONEY,
    "fare_amount": MONEY,
    "extra": MONEY,
    "mta_tax": MONEY,
    "tip_amount": MONEY,
    "tolls_amount": MONEY,
    "improvement_surcharge": MONEY,
    "total_amount": MONEY,
    "congestion_surcharge": MONEY,
}
"""The kind of each column, by its name in the file."""
