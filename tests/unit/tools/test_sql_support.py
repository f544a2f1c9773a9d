"""docs/sql-support.md is what the code supports."""

from pathlib import Path

import pytest

from embedded.services.aws.athena.trino.functions import FUNCTIONS as TRINO
from embedded.services.aws.athena.trino.functions.not_here import NOT_HERE as NOT_TRINO
from embedded.services.gcp.bigquery.sql.functions import FUNCTIONS as BIGQUERY
from embedded.services.gcp.bigquery.sql.functions.not_here import NOT_HERE as NOT_BIGQUERY
from tools.sql_support import DOCUMENT, document


@pytest.mark.parametrize(("here", "not_here"), [(BIGQUERY, NOT_BIGQUERY), (TRINO, NOT_TRINO)])
def test_a_function_is_supported_or_only_the_vendors(here: dict[str, object], not_here: frozenset[str]) -> None:
    assert not_here.isdisjoint(here)
    assert all(name == name.upper() for name in not_here)


def test_each_function_of_trino_is_here_or_refused_by_name() -> None:
    """The list is that of Trino's documentation, `functions/list.md` at commit 01e94c03 of 2026."""
    listed = set(Path(__file__).with_name("trino_functions.txt").read_text().upper().split())
    of_connectors = {"OBJECTID", "OBJECTID_TIMESTAMP", "TIMESTAMP_OBJECTID", "RANDOM_STRING"}
    of_tables_or_types = {"EXCLUDE_COLUMNS", "SET"}
    assert listed - TRINO.keys() - NOT_TRINO == of_connectors | of_tables_or_types


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run `python -m tools.sql_support`"


def test_the_document_names_functions_statements_types_and_refusals() -> None:
    text = document()
    for part in ("`APPROX_COUNT_DISTINCT`", "`REGEXP_EXTRACT_ALL`", "- MERGE.", "`MSCK_REPAIR`", "`ARRAY<INT64>`"):
        assert part in text
    assert "Refused: `BIGNUMERIC`" in text
    assert "- wildcard tables" in text
