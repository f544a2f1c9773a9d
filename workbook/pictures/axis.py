"""Scales: round numbers for ticks, and how numbers and times read."""

from __future__ import annotations

from math import ceil, floor, log10


def ticks(highest: float, most: int = 6) -> list[float]:
    """Round numbers from 0 to at least `highest`, at most about `most` of them."""
    if highest <= 0:
        return [0.0, 1.0]
    raw = highest / most
    power = 10.0 ** floor(log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    return [round(at * step, 10) for at in range(ceil(highest / step - 1e-9) + 1)]


def time_ticks(seconds: float) -> list[float]:
    """Round times from 0 to at least `seconds`: whole minutes or hours where they are long."""
    for unit in (3600.0, 60.0):
        if seconds > 3 * unit:
            return [one * unit for one in ticks(seconds / unit)]
    return ticks(seconds)


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
