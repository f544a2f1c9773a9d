"""Which taxi files exist, what columns they have and how many rows."""

import re
from dataclasses import dataclass
from typing import Self

TAXIS = ("yellow", "green")
FIRST_MONTH = (2019, 1)
LAST_MONTH = (2021, 7)
MONTHS = range(1, 13)

# Rows of a month for every 1,000 requested rows, January first. The shape is that of the public monthly record counts,
# with the average yellow month of 2020 as 1,000. Green is drawn at 0.3 of that and not at its true 0.07: its months
# would be too small to show anything at the default size.
ROWS_PER_THOUSAND: dict[str, dict[int, tuple[int, ...]]] = {
    "yellow": {
        2019: (3733, 3417, 3813, 3619, 3683, 3379, 3072, 2957, 3197, 3512, 3349, 3357),
        2020: (3118, 3067, 1464, 116, 170, 268, 390, 490, 653, 818, 735, 712),
        2021: (667, 668, 937, 1057, 1221, 1380, 1374),
    },
    "green": {
        2019: (1310, 1195, 1248, 1068, 1048, 978, 977, 934, 932, 989, 933, 936),
        2020: (930, 828, 464, 74, 119, 131, 150, 168, 183, 197, 184, 173),
        2021: (159, 134, 174, 180, 183, 180, 174),
    },
}

COLUMNS: dict[str, tuple[str, ...]] = {
    "yellow": (
        "VendorID",
        "tpep_pickup_datetime",
        "tpep_dropoff_datetime",
        "passenger_count",
        "trip_distance",
        "RatecodeID",
        "store_and_fwd_flag",
        "PULocationID",
        "DOLocationID",
        "payment_type",
        "fare_amount",
        "extra",
        "mta_tax",
        "tip_amount",
        "tolls_amount",
        "improvement_surcharge",
        "total_amount",
        "congestion_surcharge",
    ),
    "green": (
        "VendorID",
        "lpep_pickup_datetime",
        "lpep_dropoff_datetime",
        "store_and_fwd_flag",
        "RatecodeID",
        "PULocationID",
        "DOLocationID",
        "passenger_count",
        "trip_distance",
        "fare_amount",
        "extra",
        "mta_tax",
        "tip_amount",
        "tolls_amount",
        "ehail_fee",
        "improvement_surcharge",
        "total_amount",
        "payment_type",
        "trip_type",
        "congestion_surcharge",
    ),
}

_NAME = re.compile(r"(?P<taxi>[a-z]+)_tripdata_(?P<year>\d{4})-(?P<month>\d{2})\.csv\.gz")


class UnknownFileError(LookupError):
    """There is no such file. The message names those that exist."""

    def __init__(self, asked: str) -> None:
        first, last = ("{}-{:02}".format(*month) for month in (FIRST_MONTH, LAST_MONTH))
        super().__init__(
            f"No file {asked!r}. There are <taxi>_tripdata_<year>-<month>.csv.gz for {' and '.join(TAXIS)}, "
            f"{first} to {last}, for example yellow/yellow_tripdata_2020-12.csv.gz."
        )


@dataclass(frozen=True)
class TaxiFile:
    """One month of one kind of taxi."""

    taxi: str
    year: int
    month: int

    def __post_init__(self) -> None:
        if (
            self.taxi not in TAXIS
            or not FIRST_MONTH <= (self.year, self.month) <= LAST_MONTH
            or self.month not in MONTHS
        ):
            raise UnknownFileError(self.name)

    @property
    def name(self) -> str:
        """The name of the real file, `yellow_tripdata_2020-12.csv.gz`."""
        return f"{self.taxi}_tripdata_{self.year}-{self.month:02}.csv.gz"

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names in file order."""
        return COLUMNS[self.taxi]

    @property
    def pickup(self) -> str:
        """The name of the pickup column."""
        return self.columns[1]

    @property
    def dropoff(self) -> str:
        """The name of the drop-off column."""
        return self.columns[2]

    def rows(self, rows_a_month: int) -> int:
        """Rows of this month when an average yellow month of 2020 has `rows_a_month`."""
        return max(1, rows_a_month * ROWS_PER_THOUSAND[self.taxi][self.year][self.month - 1] // 1000)

    @classmethod
    def parse(cls, name: str) -> Self:
        """The file of that name.

        Raises:
            UnknownFileError: the name is not that of a file that exists.
        """
        match = _NAME.fullmatch(name)
        if match is None:
            raise UnknownFileError(name)
        return cls(match["taxi"], int(match["year"]), int(match["month"]))


ALL_FILES: tuple[TaxiFile, ...] = tuple(
    TaxiFile(taxi, year, month)
    for taxi, years in ROWS_PER_THOUSAND.items()
    for year, months in years.items()
    for month in range(1, len(months) + 1)
)
"""Every file there is, yellow first, in order of time."""


@dataclass(frozen=True)
class Edition:
    """One file at one size from one seed: exactly one sequence of bytes."""

    file: TaxiFile
    rows: int
    seed: int
