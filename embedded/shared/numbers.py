"""Whole numbers in texts of clients. `int` takes digits of every script, and refuses texts of thousands of digits."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"-?[0-9]{1,40}")


def whole_number(text: str, low: int, high: int) -> int | None:
    """A whole number from a text; None if it is none, or out of bounds.

    Parameters:
        text: of a client; leading zeros may be any number.
        low: minimum.
        high: maximum, of at most 40 digits.
    """
    bare = re.sub(r"^(-?)0+(?=[0-9])", r"\1", text)
    if not _WHOLE.fullmatch(bare) or not low <= int(bare) <= high:
        return None
    return int(bare)
