"""What is said of triggers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workbook.kestra.models import Trigger

SHOWN = "%Y-%m-%d %H:%M %Z"
_WITHOUT_DATE = {
    "Webhook": "when its address is called",
    "Flow": "when an execution of another flow fits",
}


def kind(declared: Mapping[str, Any]) -> str:
    """The last word of a trigger's type."""
    return str(declared["type"]).rsplit(".", 1)[-1]


def schedule(declared: Mapping[str, Any]) -> str:
    """When a trigger comes, as it is declared; empty if it says nothing of it."""
    if cron := declared.get("cron"):
        return f"{cron} ({declared.get('timezone') or 'UTC'})"
    return str(declared.get("interval") or declared.get("every") or "")


def next_date(declared: Mapping[str, Any], row: Trigger | None) -> str:
    """When a trigger comes next, in its own time zone, or why it does not.

    Parameters:
        declared: the trigger in the flow's source.
        row: its state; None if the scheduler has none.
    """
    if declared.get("disabled") or (row is not None and row.disabled):
        return "none while disabled"
    if row is None:
        return _WITHOUT_DATE.get(kind(declared), "the scheduler has not taken it up yet")
    return in_zone(declared, row.next) if row.next else "being computed"


def in_zone(declared: Mapping[str, Any], moment: datetime) -> str:
    """A moment in a trigger's time zone."""
    return f"{moment.astimezone(_zone(declared.get('timezone'))):{SHOWN}}"


def day_in_zone(declared: Mapping[str, Any], moment: datetime) -> str:
    """The day of a moment in a trigger's time zone."""
    return f"{moment.astimezone(_zone(declared.get('timezone'))):%Y-%m-%d}"


def is_locked(row: Trigger | None) -> bool:
    """Whether a trigger waits for an execution that it has started."""
    return row is not None and bool(row.raw.get("executionId"))


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
