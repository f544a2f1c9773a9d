"""Taking SQL text apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded.services.kestra.tasks import statements

PIECES = [
    "SELECT 1", "'a;b'", '"c;d"', "E'x\\';y'", "'it''s;'", "$$ ; $$", "$t$ ; $$ ; $t$", "/* ; /* ; */ ; */", "x::int",
    "-- ; '\n", "a[1:2]", "$1", "{'k': v}", "e", ":=",
]  # fmt: skip


@given(
    st.lists(
        st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map(lambda p: "SELECT " + " ".join(p)), max_size=5
    )
)
def test_joined_statements_are_split_again(parts: list[str]) -> None:
    assert statements.split(";\n".join(parts)) == [part.strip() for part in parts]


@given(st.text())
def test_nothing_is_lost_or_added(sql: str) -> None:
    assert statements.bind(sql, (), lambda name: f":{name}") == sql
    assert statements.placeholders(sql, lambda _: "?")[0] == sql


@pytest.mark.parametrize(
    ("sql", "parts"),
    [
        ("", []),
        (" ;; -- only a comment\n; /* and another */", []),
        ("SELECT 1;", ["SELECT 1"]),
        ("-- why\nSELECT 1; SELECT 2 -- end", ["-- why\nSELECT 1", "SELECT 2 -- end"]),
        ("BEGIN; SELECT 1; END", ["BEGIN", "SELECT 1", "END"]),
        ("SELECT 'open; SELECT 2", ["SELECT 'open", "SELECT 2"]),
    ],
)
def test_split(sql: str, parts: list[str]) -> None:
    assert statements.split(sql) == parts


@pytest.mark.parametrize(
    ("sql", "bound"),
    [
        ("a = :a AND b = :b", "a = <a> AND b = <b>"),
        ("':a' || \":a\" || $$:a$$ -- :a", "':a' || \":a\" || $$:a$$ -- :a"),
        (":a::int", "<a>::int"),
        ("x[1:n] + x[:a]", "x[1:n] + x[<a>]"),
        ("{'k':v} + {'k':a}", "{'k':v} + {'k'<a>}"),
        ("f(n := :a)", "f(n := <a>)"),
    ],
)
def test_bind(sql: str, bound: str) -> None:
    assert statements.bind(sql, {"a"}, lambda name: f"<{name}>") == bound


@pytest.mark.parametrize(
    ("sql", "parts"),
    [
        (r"SELECT 'it\'s;' ; SELECT `a;\`b;`", [r"SELECT 'it\'s;'", r"SELECT `a;\`b;`"]),
        ("SELECT 1 # why; not\n; SELECT $x$ ; $x$", ["SELECT 1 # why; not", "SELECT $x$ ; $x$"]),
        ("SELECT /* a /* b; */ 1; SELECT 2 /* open;", ["SELECT /* a /* b; */ 1", "SELECT 2 /* open;"]),
        ('SELECT "a\\";b"; -- end', ['SELECT "a\\";b"']),
    ],
)
def test_split_as_clickhouse_does(sql: str, parts: list[str]) -> None:
    assert statements.split(sql, statements.CLICKHOUSE) == parts


@given(st.text())
def test_nothing_is_lost_or_added_for_clickhouse(sql: str) -> None:
    assert statements.bind(sql, (), lambda name: f":{name}", tokens=statements.CLICKHOUSE) == sql


def test_placeholders() -> None:
    sql = "INSERT INTO t VALUES (?, '?', ?) -- ?"
    assert statements.placeholders(sql, lambda index: f"${index + 1}") == ("INSERT INTO t VALUES ($1, '?', $2) -- ?", 2)


def test_words() -> None:
    assert statements.words("with x as (select 'insert') /* update */ SELECT \"delete\" FROM x") == [
        "WITH", "X", "AS", "SELECT", "SELECT", "FROM", "X",
    ]  # fmt: skip
