"""Taking SQL text apart."""

from hypothesis import given
from hypothesis import strategies as st

from embedded.services.kestra.tasks import statements


@given(st.text())
def test_nothing_is_lost_or_added(sql: str) -> None:
    for tokens in (statements.TOKENS, statements.CLICKHOUSE):
        assert statements.placeholders(sql, lambda _: "?", tokens=tokens)[0] == sql


def test_placeholders() -> None:
    sql = "INSERT INTO t VALUES (?, '?', ?) -- ?"
    assert statements.placeholders(sql, lambda index: f"${index + 1}") == ("INSERT INTO t VALUES ($1, '?', $2) -- ?", 2)


def test_placeholders_in_nested_comments_and_dollar_quotes() -> None:
    sql = "SELECT /* ? /* ? */ ? */ $x$ ? $x$, E'\\'?', ?"
    assert statements.placeholders(sql, lambda index: f"${index + 1}") == (sql[:-1] + "$1", 1)


def test_placeholders_as_clickhouse_reads_them() -> None:
    sql = "VALUES (?, 'it\\'s ?', `?`, /* /* ? */ ?) # ?"
    expected = "VALUES (1, 'it\\'s ?', `?`, /* /* ? */ 2) # ?"
    found = statements.placeholders(sql, lambda index: str(index + 1), tokens=statements.CLICKHOUSE)
    assert found == (expected, 2)
