"""The supported functions, each tested against its documented examples. All others are refused."""

from __future__ import annotations

from collections.abc import Mapping

from embedded.services.gcp.bigquery.sql.functions import (
    aggregates,
    analytics,
    arrays,
    conditions,
    dates,
    maths,
    strings,
)
from embedded.sql_engine.functions import Function

FUNCTIONS: Mapping[str, Function] = {
    **aggregates.FUNCTIONS,
    **analytics.FUNCTIONS,
    **arrays.FUNCTIONS,
    **conditions.FUNCTIONS,
    **dates.FUNCTIONS,
    **maths.FUNCTIONS,
    **strings.FUNCTIONS,
}
