"""Scales: round numbers for ticks, and how numbers and times read."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil, floor, log10

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_STEPS = (
    *(1, 5, 15, 30, _MINUTE, 5 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE),
    *(_HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY),
)
"""Steps of a scale of time, in seconds."""
_MONTHS = (1, 2, 3, 6, 12)
"""Steps of a longer scale, in months."""


def ticks(highest: float, most: int = 6) -> list[float]:
    """Round numbers from 0 to at least `highest`, at most about `most` of them."""
    if highest <= 0:
        return [0.0, 1.0]
    step = _step(highest / most)
    return [round(at * step, 10) for at in range(ceil(highest / step - 1e-9) + 1)]


def between(lowest: float, highest: float, most: int = 6) -> list[float]:
    """Round numbers that enclose a range.

    Parameters:
        lowest, highest: the ends of the range.
        most: about how many numbers at most.
    """
    size = max(1.0, abs(lowest), abs(highest))
    if highest - lowest < 1e-9 * size:  # one value, and rounding
        lowest, highest = lowest - size / 2, highest + size / 2
    step = _step((highest - lowest) / most)
    first, last = floor(lowest / step + 1e-9), ceil(highest / step - 1e-9)
    return [round(at * step, 10) for at in range(first, last + 1)]


def _step(raw: float) -> float:
    """The smallest round number that is not below another."""
    power = 10.0 ** floor(log10(raw))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)


def time_ticks(seconds: float) -> list[float]:
    """Round times from 0 to at least `seconds`: whole minutes or hours where they are long."""
    for unit in (3600.0, 60.0):
        if seconds > 3 * unit:
            return [tick * unit for tick in ticks(seconds / unit)]
    return ticks(seconds)


def moments(first: datetime, last: datetime, most: int = 8) -> list[datetime]:
    """Round moments within a span of time.

    Parameters:
        first, last: the ends of the span, in the same time zone.
        most: about how many moments at most.
    """
    span = (last - first).total_seconds()
    if span / _STEPS[-1] > most:
        return _months(first, last, most)
    step = next(candidate for candidate in _STEPS if span / candidate <= most)
    # Monday, so that weeks begin where one expects it.
    begin = datetime(1970, 1, 5, tzinfo=first.tzinfo)
    at = begin + timedelta(seconds=ceil((first - begin).total_seconds() / step) * step)
    round_moments = []
    while at <= last:
        round_moments.append(at)
        at += timedelta(seconds=step)
    return round_moments


def _months(first: datetime, last: datetime, most: int) -> list[datetime]:
    """The first days of round months within a span of time, as `moments` gives them."""
    begin, end = 12 * first.year + first.month - 1, 12 * last.year + last.month - 1
    apart = [*_MONTHS, *(12 * years for years in (2, 5, 10, 20, 50, 100, 200, 500, 1000))]
    step = next(candidate for candidate in apart if (end - begin) / candidate <= most)
    at = [month for month in range(begin, end + 1) if month % step == 0]
    starts = [datetime(month // 12, month % 12 + 1, 1, tzinfo=first.tzinfo) for month in at]
    return [start for start in starts if first <= start <= last]


def moment_labels(ticks: list[datetime]) -> list[str]:
    """How moments on a scale read: the month, the day where it begins, and the time of the day."""
    if len(ticks) > 1 and all(is_month(tick) for tick in ticks):
        return [f"{tick:%Y-%m}" for tick in ticks]
    if all(tick == tick.replace(hour=0, minute=0, second=0, microsecond=0) for tick in ticks):
        return [f"{tick:%d %b}" if ticks[0].year == ticks[-1].year else f"{tick:%Y-%m-%d}" for tick in ticks]
    days = {tick.date() for tick in ticks}
    seconds = any(tick.second for tick in ticks)
    named = [f"{tick:%H:%M:%S}" if seconds else f"{tick:%H:%M}" for tick in ticks]
    if len(days) == 1:
        return named
    begins = [(tick.hour, tick.minute, tick.second) == (0, 0, 0) for tick in ticks]
    return [f"{tick:%d %b}" if new else name for tick, name, new in zip(ticks, named, begins, strict=True)]


def is_month(moment: datetime) -> bool:
    """Whether a moment is the begin of a month."""
    return moment == moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def duration(seconds: float) -> str:
    """A time span as one reads it: 8 ms, 0.25 s, 3.4 s, 45 s, 2 min 5 s, 1 h 3 min."""
    if seconds < 0.0995:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 0.995:
        return f"{seconds:.2f} s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def time_label(seconds: float) -> str:
    """A time on a scale."""
    return f"{seconds:g} s" if seconds < 60 else duration(seconds)


def tick_label(value: float) -> str:
    """A number on a scale: thousands apart, no needless digits."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.3f}".rstrip("0")
