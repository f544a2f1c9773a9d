"""Generated files of the shapes of three public sets on Malaysia's economy, for the InsightFlow lesson.

The public ones (CC BY 4.0), with their columns described at data.gov.my/data-catalogue/{iowrt,iowrt_3d,fuelprice}:

- https://storage.dosm.gov.my/iowrt/iowrt.parquet: wholesale and retail trade by month, in RM million and as indices;
- https://storage.dosm.gov.my/iowrt/iowrt_3d.parquet: the same by three-digit industry group;
- https://storage.data.gov.my/commodities/fuelprice.parquet: fuel prices by week, in RM a litre.

The generated ones have the same columns, types, series and rhythm of publication: a month of trade appears on the
tenth of the month after next, a week of fuel on its first day. Same seed and same day, same bytes; a later day adds
rows and changes none. The groups of a month add up to its headline, growth is that of the absolute rows, and what has
no predecessor has a null. All sums are in whole tenths or cents, so that they are the same on every machine.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from embedded.services.dataset.prng import Draws, scaled

FIRST_MONTH = date(2018, 1, 1)
FIRST_WEEK = date(2017, 3, 30)
PUBLISHED_ON = 10
"""The day on which the figures of the month before last appear."""
SPLIT = date(2024, 6, 10)
"""Since this day diesel has a price of its own in East Malaysia."""
CAPPED = date(2021, 2, 11)
"""Since this day RON95 has a ceiling."""

Row = tuple[Any, ...]
Month = dict[str, tuple[int, int]]
"""Sales in tenths of RM million and volume in tenths of the index, by group."""

# Sales of January 2018 in RM million, by three-digit group of the Malaysia Standard Industrial Classification 2008.
_SALES = {
    **{"451": 6_050, "452": 1_120, "453": 2_310, "454": 890},
    **{"461": 1_530, "462": 5_340, "463": 9_120, "464": 8_310, "465": 5_470, "466": 17_950, "469": 1_980},
    **{"471": 14_120, "472": 2_560, "473": 3_280, "474": 3_460, "475": 5_260, "476": 1_740, "477": 7_530},
    **{"478": 480, "479": 320},
}
_SEASON = {  # in thousandths, January first
    "45": (960, 890, 1040, 980, 1010, 1020, 1000, 1010, 1000, 1010, 1020, 1070),
    "46": (990, 930, 1020, 990, 1000, 1000, 1010, 1010, 1005, 1015, 1010, 1020),
    "47": (1010, 950, 985, 980, 1010, 995, 990, 1000, 990, 1005, 1020, 1065),
}
_CLOSED = {(2020, 3): 790, (2020, 4): 460, (2020, 5): 740, (2020, 6): 930, (2021, 6): 720, (2021, 7): 740}
"""Months of the pandemic, in thousandths of the usual."""


def _months(until: date) -> list[date]:
    """The months whose figures are published."""
    count = (
        (until.year - FIRST_MONTH.year) * 12 + until.month - FIRST_MONTH.month - (1 if until.day >= PUBLISHED_ON else 2)
    )
    return [_shifted(FIRST_MONTH, number) for number in range(count)]


def _shifted(month: date, months: int) -> date:
    years, rest = divmod(month.month - 1 + months, 12)
    return date(month.year + years, rest + 1, 1)


def _groups(number: int, month: date, seed: int) -> Month:
    """Sales and volume of each group in a month, the number `place`."""
    (noise,) = Draws(f"insightflow/{seed}/trade").block(number, 1, len(_SALES))
    by_group = {}
    for (group, base), draw in zip(_SALES.items(), (985 + scaled(noise, 31)).tolist(), strict=True):
        usual = _SEASON[group[:2]][month.month - 1] * _CLOSED.get((month.year, month.month), 1000)
        volume = (1150 + 3 * number) * usual * draw // 1000**3
        by_group[group] = (base * 10 * volume * (1000 + 2 * number) // 1000 // 1150, volume)
    return by_group


def _headline(month: Month, when: date) -> Row:
    """Sales, volume and seasonally adjusted volume of all groups."""
    sales = sum(sale for sale, _ in month.values())
    volume = sum(volume * _SALES[group] for group, (_, volume) in month.items()) // sum(_SALES.values())
    return sales, volume, volume * 1000 // _SEASON["46"][when.month - 1]


def _growth(now: int, before: int | None) -> int | None:
    """Growth in tenths of a percent."""
    return None if before is None else (now - before) * 1000 // before


def _trade(until: date, values: Callable[[int, date], Iterable[tuple[tuple[str, ...], Row]]]) -> Iterator[Row]:
    """Rows of all three series from the absolute values of each month, which `values` returns by key."""
    months = _months(until)
    known = [dict(values(number, month)) for number, month in enumerate(months)]
    for series, back in (("abs", 0), ("growth_yoy", 12), ("growth_mom", 1)):
        for number, month in enumerate(months):
            before = known[number - back] if number >= back else {}
            for key, now in known[number].items():
                past = before.get(key, (None,) * len(now))
                figures = now if series == "abs" else tuple(map(_growth, now, past))
                yield (series, month, *key, *figures)


def _iowrt(seed: int, until: date) -> Iterator[Row]:
    return _trade(until, lambda number, month: [((), _headline(_groups(number, month, seed), month))])


def _iowrt_3d(seed: int, until: date) -> Iterator[Row]:
    def by_group(number: int, month: date) -> list[tuple[tuple[str, ...], Row]]:
        return [((group,), values) for group, values in _groups(number, month, seed).items()]

    return _trade(until, by_group)


def _prices(seed: int, until: date) -> Iterator[tuple[date, list[int | None]]]:
    """RON95, RON97, diesel, and diesel in East Malaysia, in cents, week by week."""
    market, week, number = 255, FIRST_WEEK, 0
    while week <= until:
        (draw,) = Draws(f"insightflow/{seed}/fuel").block(number, 1, 2)
        step, gap = scaled(draw, 15).tolist()
        market += step - 7 + (market < 200) * 5 - (market > 340) * 5
        ron95 = min(market - 22, 205) if week >= CAPPED else market - 22
        diesel = min(market - 25 + gap, 215) if week < SPLIT else market - 40 + gap
        yield week, [ron95, market, diesel, 215 if week >= SPLIT else None]
        week, number = week + timedelta(days=7), number + 1


def _fuelprice(seed: int, until: date) -> Iterator[Row]:
    prices = list(_prices(seed, until))
    for week, now in prices:
        yield ("level", week, *now)
    before: list[int | None] = [None] * 4
    for week, now in prices:
        changes = (None if a is None or b is None else a - b for a, b in zip(now, before, strict=True))
        yield ("change_weekly", week, *changes)
        before = now


@dataclass(frozen=True)
class Set:
    """One of the three files.

    Parameters:
        path: below the host, as the public one.
        columns: names and DuckDB types, in the file's order.
        rows: from a seed and the last day of publication; figures are whole numbers.
        scale: by which figures are divided.
    """

    path: str
    columns: dict[str, str]
    rows: Callable[[int, date], Iterator[Row]]
    scale: int

    @property
    def key(self) -> list[str]:
        """The columns that tell which row it is."""
        return [name for name, kind in self.columns.items() if kind != "DOUBLE"]


_TRADE = {"series": "VARCHAR", "date": "DATE"}
_FIGURES = {"sales": "DOUBLE", "volume": "DOUBLE"}
_FUELS = dict.fromkeys(("ron95", "ron97", "diesel", "diesel_eastmsia"), "DOUBLE")
SETS = {
    "iowrt": Set("iowrt/iowrt.parquet", {**_TRADE, **_FIGURES, "volume_sa": "DOUBLE"}, _iowrt, 10),
    "iowrt_3d": Set("iowrt/iowrt_3d.parquet", {**_TRADE, "group": "VARCHAR", **_FIGURES}, _iowrt_3d, 10),
    "fuelprice": Set(
        "commodities/fuelprice.parquet", {"series_type": "VARCHAR", "date": "DATE", **_FUELS}, _fuelprice, 100
    ),
}
BY_PATH = {entry.path: name for name, entry in SETS.items()}


@lru_cache(maxsize=16)
def parquet(name: str, seed: int, until: date) -> bytes:
    """A file.

    Parameters:
        name: of a set.
        seed: other figures for another seed.
        until: what is published after this day is not in it.
    """
    return _written(SETS[name], SETS[name].rows(seed, until))


def _written(entry: Set, rows: Iterable[Row], without: str | None = None) -> bytes:
    """Rows as a Parquet file, by one thread, so that the bytes depend on the rows only."""
    with (
        tempfile.TemporaryDirectory(prefix="insightflow-") as folder,
        duckdb.connect(config={"threads": 1, "async_threads": 0}) as database,
    ):
        text, file = Path(folder, "rows.csv"), Path(folder, "rows.parquet")
        text.write_text("".join(f"{_line(row, len(entry.key), entry.scale)}\n" for row in rows))
        kept = ", ".join(f'"{column}"' for column in entry.columns if column != without)
        database.execute(
            f"COPY (SELECT {kept} FROM read_csv('{text}', header = false, columns = {entry.columns})) "
            f"TO '{file}' (FORMAT parquet, COMPRESSION snappy)"
        )
        return file.read_bytes()


def _line(row: Row, keys: int, scale: int) -> str:
    figures = ("" if figure is None else repr(figure / scale) for figure in row[keys:])
    return ",".join([*map(str, row[:keys]), *figures])


def _spoilt(seed: int, until: date) -> Iterator[Row]:
    """The groups with a last month that no reader of columns and types can find fault with, and that is wrong."""
    rows = list(_iowrt_3d(seed, until))
    last = max(row[1] for row in rows)
    for row in rows:
        if row[:2] != ("abs", last):
            yield row
        elif row[2] == "472":  # takings below nothing
            yield (*row[:3], -row[3], row[4])
        elif row[2] == "475":  # an industry that does not exist
            yield (*row[:2], "499", *row[3:])
        else:
            yield from [row, row] if row[2] == "471" else [row]


def _bad_rows(seed: int, until: date) -> bytes:
    return _written(SETS["iowrt_3d"], _spoilt(seed, until))


def _missing_column(seed: int, until: date) -> bytes:
    return _written(SETS["iowrt_3d"], _iowrt_3d(seed, until), without="sales")


def _truncated(seed: int, until: date) -> bytes:
    whole = parquet("iowrt_3d", seed, until)
    return whole[: len(whole) // 2]


FAULTS = {"bad-rows": _bad_rows, "missing-column": _missing_column, "truncated": _truncated}
"""What can be wrong with `iowrt_3d`; the other two sets are as they should be."""


@lru_cache(maxsize=16)
def manifest(seed: int, until: date) -> dict[str, Any]:
    """What is in the files: of each set its rows, those of each series, and its first and last date."""
    return {
        "generated": True,
        "seed": seed,
        "until": until.isoformat(),
        "sets": {name: _describe_set(name, seed, until) for name in SETS},
    }


def _describe_set(name: str, seed: int, until: date) -> dict[str, Any]:
    rows = list(SETS[name].rows(seed, until))
    dates = [row[1] for row in rows]
    return {
        "path": SETS[name].path,
        "rows": len(rows),
        "series": {series: sum(row[0] == series for row in rows) for series in dict.fromkeys(row[0] for row in rows)},
        "months": len({(day.year, day.month) for day in dates}),
        "first": min(dates).isoformat(),
        "last": max(dates).isoformat(),
    }
