"""The supported functions by family; every other one is refused as not registered."""

from __future__ import annotations

from collections.abc import Mapping

from embedded.services.aws.athena.trino.functions import (
    aggregates,
    arrays,
    conditions,
    jsons,
    numbers,
    strings,
    times,
    windows,
)
from embedded.sql_engine.functions import Function

FUNCTIONS: Mapping[str, Function] = {
    **conditions.FUNCTIONS,
    **numbers.FUNCTIONS,
    **strings.FUNCTIONS,
    **times.FUNCTIONS,
    **arrays.FUNCTIONS,
    **jsons.FUNCTIONS,
    **aggregates.FUNCTIONS,
    **windows.FUNCTIONS,
}
"""By name in upper case."""
