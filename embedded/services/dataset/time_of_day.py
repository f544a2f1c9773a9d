"""The day and the week: how busy each hour is, how slow the streets are, which extra is due."""

import calendar
from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt

from embedded.services.dataset.texts import DAY

HOUR = 3600

# Trips by hour of the day, midnight first.
_WEEKDAY = (24, 14, 9, 6, 6, 10, 24, 42, 52, 51, 49, 51, 54, 54, 56, 58, 55, 62, 69, 64, 57, 55, 49, 38)
_WEEKEND = (53, 44, 35, 25, 15, 9, 10, 15, 24, 35, 44, 50, 54, 54, 54, 54, 53, 55, 56, 53, 48, 47, 47, 41)
_BUSY_DAYS = (86, 95, 100, 104, 108, 104, 88)  # Monday first

# Seconds that a mile takes longer than at night.
_DELAY = (10, 5, 0, 0, 0, 10, 40, 110, 170, 180, 170, 170, 175, 175, 185, 190, 180, 185, 170, 120, 90, 70, 50, 30)

NIGHT_EXTRA, RUSH_EXTRA = 50, 100


@cache
def month_start(year: int, month: int) -> int:
    """The first second of a month, counted from 1970."""
    return (date(year, month, 1) - date(1970, 1, 1)).days * DAY


@cache
def seconds_in(year: int, month: int) -> int:
    """How many seconds a month has."""
    return calendar.monthrange(year, month)[1] * DAY


@cache
def trips_before_hour(year: int, month: int) -> npt.NDArray[np.int64]:
    """Weight of all trips before each hour of a month, and of the whole month as the last entry."""
    weights: list[int] = []
    for day in range(1, seconds_in(year, month) // DAY + 1):
        weekday = date(year, month, day).weekday()
        weights += [hour * _BUSY_DAYS[weekday] for hour in (_WEEKEND if weekday > 4 else _WEEKDAY)]
    return np.cumsum([0, *weights], dtype=np.int64)


@cache
def delays() -> npt.NDArray[np.int64]:
    """Seconds a mile to be added, by hour of the day."""
    return np.array(_DELAY, dtype=np.int64)


@cache
def extras() -> npt.NDArray[np.int64]:
    """Cents of `extra`, by hour of the week (Monday midnight first): nights, and the rush of working days."""
    week = np.zeros((7, 24), dtype=np.int64)
    week[:, 20:] = week[:, :6] = NIGHT_EXTRA
    week[:5, 16:20] = RUSH_EXTRA
    return week.reshape(-1)
