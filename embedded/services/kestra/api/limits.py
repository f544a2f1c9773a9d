"""What a request may ask of the engine: see `FlowLimits.java`, which checks flows."""

from typing import Any

from embedded.services.kestra.api.errors import Invalid
from embedded.services.kestra.api.request import Request

LIMITS = "io.kestra.workbook.TimeLimits"


def require_duration(request: Request, field: str, duration: Any) -> Any:
    """A Java `Duration` that is at most ten years.

    Raises:
        Invalid: it is longer; the message names the field.
    """
    longest = request.java(LIMITS).LONGEST
    if duration.abs().compareTo(longest) > 0:
        raise Invalid(f"{field}: must be at most ten years (P{longest.toDays()}D), and is {duration}")
    return duration


def require_date(request: Request, field: str, date: Any) -> Any:
    """A Java date that is of the year 9999 at the latest.

    Raises:
        Invalid: it is later; the message names the field.
    """
    last = int(request.java(LIMITS).LAST_YEAR)
    if int(date.getYear()) > last:
        raise Invalid(f"{field}: must be a date of the year {last} at the latest, and is {date}")
    return date
