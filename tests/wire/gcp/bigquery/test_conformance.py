"""BigQuery's documented statements, run by Google's client against the front."""

from __future__ import annotations

from typing import Any

import pytest
from google.api_core.exceptions import GoogleAPICallError
from google.cloud import bigquery

from embedded.services.gcp.bigquery.sql.functions.not_here import NOT_HERE
from tests.wire.gcp.bigquery.cases import CASES, PAGES, REFUSED, Case, Refused


def in_order(found: list[tuple[Any, ...]], sql: str) -> list[tuple[Any, ...]]:
    """Rows in their order if the query sorts them last, else in one that both sides can be brought to."""
    _, _, tail = sql.upper().rpartition(")")
    return found if "ORDER BY" in tail else sorted(found, key=repr)


def test_each_case_names_the_section_of_the_page_it_is_from() -> None:
    assert [case for case in CASES if not case.url.startswith(PAGES) or "#" not in case.page] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.page}: {case.sql[:60]}")
def test_statement_gives_what_its_page_tells(warehouse: bigquery.Client, case: Case) -> None:
    found = [row.values() for row in warehouse.query_and_wait(case.sql)]
    assert in_order(found, case.sql) == in_order(list(case.rows), case.sql), case.url


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.sql[:70])
def test_statement_is_refused_in_bigquerys_shape(warehouse: bigquery.Client, case: Refused) -> None:
    with pytest.raises(GoogleAPICallError) as caught:
        warehouse.query_and_wait(case.sql)
    told = caught.value.errors[0]
    assert caught.value.code == 400
    assert told["reason"] == "invalidQuery"
    assert case.message in told["message"], case.why


@pytest.mark.parametrize("arguments", ["", "1", "'a', 'b'"])
def test_functions_that_only_bigquery_has_are_no_unknown_ones(warehouse: bigquery.Client, arguments: str) -> None:
    for name in sorted(NOT_HERE):
        with pytest.raises(GoogleAPICallError) as caught:
            warehouse.query_and_wait(f"SELECT {name}({arguments})")
        assert caught.value.errors[0]["message"] == f"Unsupported by this stand-in: the function {name} at [1:8]"
