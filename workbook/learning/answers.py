"""What counts as an answer."""

from __future__ import annotations

from textwrap import dedent
from typing import Any


def is_blank(answer: Any) -> bool:
    """Whether nothing was answered: None, three dots, or an empty text."""
    if isinstance(answer, str):
        return dedent(answer).strip() in ("", "...")
    return answer is None or answer is ...
