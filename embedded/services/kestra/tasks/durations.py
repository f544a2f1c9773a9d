"""Durations in the properties of tasks."""

import re
from datetime import timedelta
from typing import Any

from embedded.services.kestra.tasks.bridge import TaskError

DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def seconds(text: Any) -> float | None:
    """The seconds of a duration, which is an ISO 8601 text or a number.

    Raises:
        TaskError: it is neither.
    """
    if text is None or isinstance(text, int | float):
        return text
    match = DURATION.fullmatch(text)
    if not match:
        raise TaskError(f"{text!r} is no duration such as PT24H or P7D.")
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
