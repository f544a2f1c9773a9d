"""Lengths of time as Kestra reads them."""

from __future__ import annotations

from datetime import timedelta


def iso_duration(length: timedelta) -> str:
    """A length of time in ISO 8601, in seconds: `PT0.5S`."""
    return f"PT{length.total_seconds():f}".rstrip("0").rstrip(".") + "S"
