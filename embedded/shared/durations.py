"""Durations as ISO 8601 has them."""

import re
from datetime import timedelta

_DURATION = re.compile(r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?")
_LONGEST_DAYS = 36_500


def duration(text: str) -> timedelta:
    """Read a duration of days, hours, minutes and seconds, such as P30D or PT12H.

    Parameters:
        text: the duration.

    Raises:
        ValueError: it is no such duration, none at all, or more than 36,500 days.
    """
    found = _DURATION.fullmatch(text)
    parts = {name: int(number) for name, number in found.groupdict().items() if number} if found else {}
    if not any(parts.values()) or text.endswith("T"):
        raise ValueError(f"no duration: {text!r}")
    read = timedelta(**parts) if max(parts.values()) < 10**10 else timedelta.max
    if read.days > _LONGEST_DAYS:
        raise ValueError(f"too long: {text!r}")
    return read
