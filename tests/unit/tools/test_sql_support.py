"""docs/sql-support.md is what the code supports."""

from tools.sql_support import DOCUMENT, document


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run `python -m tools.sql_support`"


def test_the_document_names_functions_statements_types_and_refusals() -> None:
    text = document()
    for part in ("`APPROX_COUNT_DISTINCT`", "`REGEXP_EXTRACT_ALL`", "- MERGE.", "`MSCK_REPAIR`", "`ARRAY<INT64>`"):
        assert part in text
    assert "Refused: `BIGNUMERIC`" in text
    assert "- wildcard tables" in text
