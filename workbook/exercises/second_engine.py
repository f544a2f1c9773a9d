"""Where this process finds an engine of Kestra 2.0 that runs beside its stack."""

from __future__ import annotations

import json
import os

from workbook.kestra import KestraClient

VARIABLE = "WORKBOOK_KESTRA_2"
"""Address, user name and password of the engine, as JSON."""


def client() -> KestraClient | None:
    """A client of the engine, or None where none runs."""
    text = os.environ.get(VARIABLE)
    return KestraClient(*json.loads(text)) if text else None
