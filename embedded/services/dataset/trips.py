"""Trips of one file, block by block: plausible ones first, then the quirks."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from embedded.services.dataset import faults, geography, time_of_day
from embedded.services.dataset.catalogue import Edition
from embedded.services.dataset.prng import Draw, Draws, chosen, quantiles, scaled
from embedded.services.dataset.texts import FLAG, MONEY, NUMBER, Codes

VERSION = 1
"""Raise it with any change to what is generated: manifests kept from before are then not used."""

BLOCK = 1 << 16
"""Rows generated at a time: what bounds the memory, and the wait for the first byte."""

Trips = dict[str, Codes]
"""A block: the codes of each column."""

# Rate codes of the city: standard, Kennedy, Newark, negotiated.
STANDARD, KENNEDY, TO_NEWARK, NEGOTIATED = 1, 2, 3, 5
KENNEDY_FARE = 5_200
CARD = 1
TOLL = 612
MTA_TAX, IMPROVEMENT = 50, 30
SURCHARGE_SINCE = (2019, 2)


@cache
def _miles(taxi: str) -> npt.NDArray[np.int32]:
    tail = [(990, 2100), (999, 3000), (1000, 6000)]
    if taxi == "yellow":
        return quantiles([(0, 20), (100, 60), (250, 97), (500, 160), (750, 300), (900, 700), (950, 1100), *tail])
    return quantiles([(0, 20), (100, 75), (250, 108), (500, 190), (750, 370), (900, 720), (950, 960), *tail])


@cache
def _passengers() -> npt.NDArray[np.int32]:
    return chosen(range(7), (18, 725, 146, 40, 19, 30, 22))


@cache
def _payments() -> npt.NDArray[np.int32]:
    return chosen((1, 2, 3, 4), (735, 255, 6, 4))


@cache
def _tip_percents() -> npt.NDArray[np.int32]:
    return chosen((0, 10, 15, 18, 20, 22, 25, 30), (40, 60, 110, 110, 420, 90, 120, 50))


def _month_draws(edition: Edition) -> Draws:
    file = edition.file
    return Draws(f"taxi v{VERSION} {edition.seed} {edition.rows} {file.taxi} {file.year}-{file.month:02}")


def incomplete_rows(edition: Edition) -> int:
    """How many rows, at the end of the file, lack the driver's data (vendor, passengers, rate, payment).

    As in the public files: none before July 2019, then few, and many from March 2020 on, more in green than in yellow.
    """
    when = (edition.file.year, edition.file.month)
    if when < (2019, 7):
        return 0
    shares = {"yellow": (8, 70), "green": (200, 400)}[edition.file.taxi]
    return edition.rows * shares[when >= (2020, 3)] // 1000


@dataclass(frozen=True)
class _Base:
    """What the columns of a block are derived from."""

    edition: Edition
    incomplete: npt.NDArray[np.bool_]
    vendor: Draw
    pickup: Draw
    draws: list[Draw]

    @property
    def hour_of_week(self) -> Draw:
        """Hour of the week of each pickup; day 0 of 1970 was a Thursday."""
        hours = self.pickup // time_of_day.HOUR
        return (hours + 3 * 24) % 168


def _pickups(edition: Edition, rows: Draw, incomplete: npt.NDArray[np.bool_], jitter: Draw) -> Draw:
    """Pickup seconds: in rough order of time over the month, dense where the hour is busy."""
    when = (edition.file.year, edition.file.month)
    late_start = edition.rows - incomplete_rows(edition)
    position = np.where(incomplete, rows - late_start, rows)
    size = np.where(incomplete, edition.rows - late_start, late_start)
    before = time_of_day.trips_before_hour(*when)
    target = position * before[-1] // np.maximum(size, 1)
    hour = np.searchsorted(before, target, side="right") - 1
    seconds = hour * time_of_day.HOUR + (target - before[hour]) * time_of_day.HOUR // (before[hour + 1] - before[hour])
    seconds = np.clip(seconds + scaled(jitter, 1200) - 600, 0, time_of_day.seconds_in(*when) - 1)
    # The incomplete rows carry times without seconds.
    return time_of_day.month_start(*when) + np.where(incomplete, seconds // 60 * 60, seconds)


def _base(edition: Edition, start: int, stop: int, draws: list[Draw]) -> _Base:
    rows = np.arange(start, stop, dtype=np.int64)
    incomplete = rows >= edition.rows - incomplete_rows(edition)
    vendor = 1 + (draws[1] % 100 >= 35).astype(np.int64)
    return _Base(edition, incomplete, vendor, _pickups(edition, rows, incomplete, draws[0]), draws)


def _journeys(base: _Base) -> dict[str, Draw]:
    """Where to, how far, how long, at which rate."""
    taxi = base.edition.file.taxi
    zone = geography.zone_table(taxi)
    origin, destination = (zone[draw].astype(np.int64) for draw in base.draws[2:4])
    miles = _miles(taxi)[base.draws[4]].astype(np.int64)
    odd = base.draws[5] % 1000
    rate = np.where(odd < (4 if taxi == "yellow" else 25), NEGOTIATED, STANDARD)
    rate = np.where((destination == geography.NEWARK) & (odd > 500), TO_NEWARK, rate)
    rate = np.where(((origin == geography.JFK) ^ (destination == geography.JFK)) & (odd > 400), KENNEDY, rate)
    miles = np.where(rate == KENNEDY, 1500 + scaled(base.draws[4], 500), miles)
    pace = 150 + scaled(base.draws[6], 220) + time_of_day.delays()[base.hour_of_week % 24]
    seconds = 40 + miles * pace // 100
    seconds = np.where(base.incomplete, seconds // 60 * 60 + 60, seconds)
    return {"origin": origin, "destination": destination, "miles": miles, "rate": rate, "seconds": seconds}


def _surcharge(base: _Base, journey: dict[str, Draw]) -> Draw:
    """Cents of the congestion surcharge, due since February 2019; before, the column is empty."""
    file = base.edition.file
    if (file.year, file.month) < SURCHARGE_SINCE:
        return np.full(base.pickup.size, MONEY.null, dtype=np.int64)
    due = geography.surcharged()[journey["origin"]] | geography.surcharged()[journey["destination"]]
    cents = np.where(due, 250 if file.taxi == "yellow" else 275, 0)
    return np.where(base.incomplete, MONEY.null, cents) if file.taxi == "green" else cents


def _money(base: _Base, journey: dict[str, Draw]) -> dict[str, Draw]:
    """The columns of money, and how it was paid."""
    draws, miles, seconds = base.draws, journey["miles"], journey["seconds"]
    fare = 250 + miles // 20 * 50 + seconds // 150 * 50
    fare = np.where(journey["rate"] == KENNEDY, KENNEDY_FARE, fare)
    fare = np.where(base.incomplete, fare + 150 + draws[7] % 1000, fare)
    surcharge = _surcharge(base, journey)
    due = np.where(surcharge == MONEY.null, 0, surcharge)
    extra = np.where(base.incomplete, 0, time_of_day.extras()[base.hour_of_week])
    tolls = np.where((miles > 800) & (draws[8] % 100 < 40), TOLL, 0)
    payment = _payments()[draws[9]].astype(np.int64)
    before_tip = fare + extra + MTA_TAX + IMPROVEMENT + tolls + due
    tip = np.where(payment == CARD, before_tip * _tip_percents()[draws[7]] // 100, 0)
    # Vendor 1 reports the surcharge inside `extra` too; its totals count it once.
    extra = np.where((base.vendor == 1) & ~base.incomplete, extra + due, extra)
    return {
        "fare_amount": fare,
        "extra": extra,
        "mta_tax": np.full(fare.size, MTA_TAX),
        "tip_amount": tip,
        "tolls_amount": tolls,
        "improvement_surcharge": np.full(fare.size, IMPROVEMENT),
        "total_amount": before_tip + tip,
        "congestion_surcharge": surcharge,
        "payment_type": payment,
    }


def _columns(base: _Base) -> dict[str, Draw]:
    file = base.edition.file
    journey = _journeys(base)
    columns = {
        "VendorID": base.vendor,
        file.pickup: base.pickup,
        file.dropoff: base.pickup + journey["seconds"],
        "passenger_count": _passengers()[base.draws[10]],
        "trip_distance": journey["miles"],
        "RatecodeID": journey["rate"],
        "store_and_fwd_flag": (base.draws[11] % 200 == 0).astype(np.int64),
        "PULocationID": journey["origin"],
        "DOLocationID": journey["destination"],
        **_money(base, journey),
    }
    if file.taxi == "green":
        columns["trip_type"] = np.where(journey["rate"] == NEGOTIATED, 2, 1)
        columns["ehail_fee"] = np.full(base.pickup.size, MONEY.null)
    return columns


FILLED_IN_BY_THE_DRIVER = ("VendorID", "passenger_count", "RatecodeID", "payment_type", "trip_type")


def _block(edition: Edition, start: int, stop: int, draws: list[Draw]) -> Trips:
    base = _base(edition, start, stop, draws)
    columns = _columns(base)
    for name in FILLED_IN_BY_THE_DRIVER:
        if name in columns:
            columns[name] = np.where(base.incomplete, NUMBER.null, columns[name])
    columns["store_and_fwd_flag"] = np.where(base.incomplete, FLAG.null, columns["store_and_fwd_flag"])
    return {name: columns[name].astype(np.int32) for name in edition.file.columns}


BASE_DRAWS = 12


def blocks(edition: Edition) -> Iterator[Trips]:
    """The trips of a file, `BLOCK` rows at a time, in file order.

    Each block after the first begins with a copy of the last row of the one before, so that exact duplicates lie far
    apart too.
    """
    base_draws = _month_draws(edition)
    last: dict[str, np.int32] | None = None
    for index, start in enumerate(range(0, edition.rows, BLOCK)):
        stop = min(start + BLOCK, edition.rows)
        trips = _block(edition, start, stop, base_draws.block(2 * index, BASE_DRAWS, stop - start))
        odd_draws = base_draws.block(2 * index + 1, faults.DRAWS, stop - start)
        faults.apply(trips, edition.file, odd_draws)
        if last is not None:
            for name, value in last.items():
                trips[name][0] = value
        last = {name: column[-1] for name, column in trips.items()}
        yield trips
