"""How a time is read, and how the stores get it."""

from datetime import UTC, datetime

from ingestion.frame import Rejected


def parse_timestamp(value: object) -> str:
    """A time in UTC, to the millisecond, such as `2025-09-01T00:00:00.000Z`; one without a zone is taken for UTC.

    Parameters:
        value: what the file has: a text in ISO 8601, if all is well.

    Raises:
        Rejected: it is no time, or not one between 1970 and 2099.
    """
    try:
        time = datetime.fromisoformat(value)  # type: ignore[arg-type]  # what is no text is a TypeError
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise Rejected(f"timestamp {str(value)[:40]!r} is not a time as 2025-09-01T00:00:00Z") from None
    if not 1970 <= time.year < 2100:
        raise Rejected(f"timestamp {str(value)[:40]!r} is not between 1970 and 2099")
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
