"""Names of every kind, in every place of a statement where a name can stand: they stay names."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from embedded.services.aws.athena.tables.fields import json_member
from embedded.services.aws.athena.trino.queries import TrinoQueries
from embedded.services.aws.athena.trino.rules import TrinoRules
from embedded.services.gcp.bigquery.files import json_lines
from embedded.services.gcp.bigquery.files.local import File
from embedded.services.gcp.bigquery.results import encode_page, table_rows
from embedded.services.gcp.bigquery.sql.rules import BigQueryRules
from embedded.sql_engine.dialect import Rules
from embedded.sql_engine.errors import SqlError
from embedded.sql_engine.grammar import statements
from embedded.sql_engine.queries import Queries
from embedded.sql_engine.scope import Relation
from embedded.sql_engine.types import INT64, extract, quote, struct, text

PLACES = ("n1", "n2", "n3")
"""Names in the statements below; each is replaced with a generated one. The result is one 1 in a column `n1`."""
COMMON = [
    "SELECT 1 AS n1",
    "SELECT n1 FROM (SELECT 1 AS n1) AS n2",
    "SELECT n2.n1 FROM (SELECT 1 AS n1, 2 AS n3) AS n2 ORDER BY n1, n2.n3",
    "SELECT * FROM (SELECT 1 AS n1) AS n2",
    "SELECT n2.* FROM (SELECT 1 AS n1) AS n2 CROSS JOIN (SELECT 2 AS n3) AS own_q",
    "WITH n2 AS (SELECT 1 AS n1), n3 AS (SELECT n1 FROM n2) SELECT n3.n1 FROM n3 WHERE n3.n1 IN (SELECT n1 FROM n2)",
    "WITH n2 AS (SELECT 1 AS n1), n3 AS (SELECT 1 AS n1) SELECT n1 FROM n2 JOIN n3 USING (n1)",
    "WITH n2 AS (SELECT 1 AS n1), n3 AS (SELECT 1 AS n1) SELECT n1 FROM n2 FULL JOIN n3 USING (n1)",
    "SELECT n1 FROM (SELECT 1 AS n1, 2 AS n3 UNION ALL SELECT 1, 3) AS n2 GROUP BY n1 HAVING max(n3) > 1",
    "SELECT min(n1) OVER (PARTITION BY n3 ORDER BY n1) AS n1 FROM (SELECT 1 AS n1, 2 AS n3) AS n2",
    "SELECT (SELECT max(n2.n1) FROM (SELECT 1 AS n3) AS own_q) AS n1 FROM (SELECT 1 AS n1) AS n2",
    "SELECT CASE WHEN n1 = 1 THEN n1 ELSE n3 END AS n1 FROM (SELECT 1 AS n1, 2 AS n3) AS n2 WHERE EXISTS (SELECT n3)",
    "SELECT n1 FROM db.n2",
    "SELECT n2.n1 FROM db.n2",
    "SELECT n3.n1 FROM db.n2 AS n3",
    "SELECT * FROM db.n2",
]
BIGQUERY = [
    "SELECT n2.* FROM (SELECT STRUCT(1 AS n1) AS n2)",
    "SELECT n2.n1 FROM (SELECT STRUCT(1 AS n1, 2 AS n3) AS n2)",
    "SELECT n3.n2.n1 FROM (SELECT STRUCT(STRUCT(1 AS n1) AS n2) AS n3)",
    "SELECT n3.n2.* FROM (SELECT STRUCT(STRUCT(1 AS n1) AS n2) AS n3)",
    "SELECT n1 FROM UNNEST([STRUCT(1 AS n1)])",
    "SELECT n2.n1 FROM UNNEST([STRUCT(1 AS n1, 2 AS n3)]) AS n2",
    "SELECT n1 FROM UNNEST([1]) AS n1",
    "SELECT n3 + 1 AS n1 FROM UNNEST([1]) AS n2 WITH OFFSET AS n3",
    "SELECT n3.n1 FROM (SELECT [STRUCT(1 AS n1)] AS own_q) AS n2, n2.own_q AS n3",
    "SELECT * EXCEPT (n3) FROM (SELECT 1 AS n1, 2 AS n3)",
    "SELECT * REPLACE (1 AS n1) FROM (SELECT 2 AS n1)",
    "SELECT n2.n1 FROM (SELECT own_t FROM (SELECT 1 AS n1) AS own_t) AS own_q, UNNEST([own_q.own_t]) AS n2",
    "SELECT ANY_VALUE(n2).n1 AS n1 FROM (SELECT 1 AS n1) AS n2",
    "SELECT ARRAY_AGG(STRUCT(n1 AS n3))[OFFSET(0)].n3 AS n1 FROM (SELECT 1 AS n1) AS n2",
]
TRINO = [
    "SELECT CAST(ROW(1) AS ROW(n1 BIGINT)).n1 AS n1",
    "SELECT n2.n3.n1 FROM (SELECT CAST(ROW(ROW(1)) AS ROW(n3 ROW(n1 BIGINT))) AS n2) AS own_q",
    "SELECT n1 FROM UNNEST(ARRAY[1]) AS n2 (n1)",
    "SELECT n2.n1 FROM UNNEST(ARRAY[CAST(ROW(1, 2) AS ROW(n2 BIGINT, n3 BIGINT))]) AS n2 (n1, n3)",
    "SELECT n1 FROM UNNEST(ARRAY[1]) WITH ORDINALITY AS n2 (n1, n3)",
    "SELECT n1 FROM (VALUES (1, 2)) AS n2 (n1, n3)",
    "SELECT n2.n1 FROM (SELECT 1) AS n2 (n1)",
    "WITH n2 (n1) AS (SELECT 1) SELECT n1 FROM n2",
    "SELECT length(typeof(CAST(ROW(1) AS ROW(n3 BIGINT)))) * 0 + 1 AS n1",
    "SELECT CAST(CAST(ROW(1) AS ROW(n3 BIGINT)) AS ROW(n1 INTEGER)).n1 AS n1",
    "SELECT n1 FROM (SELECT count(*) FILTER (WHERE n3 = 2) AS n1 FROM (SELECT 2 AS n3) AS n2) AS own_q",
]
ODD = "\"'`\\;()[]{}<>.,:%$@#&|~^!?*+-=/ \t\n\r\x01\x7f\x85\u2028\ufeffé漢😀"
PIECES = [
    "''",
    '""',
    "--",
    "/*",
    "*/",
    "{0}",
    "{}",
    "%s",
    "$1",
    "select",
    "NULL",
    "a",
    "B",
    "0",
    "_",
    "' || '",
    '" as "',
]
NAMES = st.lists(st.sampled_from(ODD) | st.sampled_from(PIECES) | st.characters(exclude_categories=["Cs"]), min_size=1)
"""Harmless ones: none of them means anything where it is not quoted."""
UNIQUE = st.lists(
    NAMES.map("".join).filter(lambda name: "\0" not in name and name.strip()),
    min_size=3,
    max_size=3,
    unique_by=str.lower,
)


class OneTable:
    """A database in which each name is that of a table with one column."""

    def __init__(self, column: str) -> None:
        self._column = column

    def relation(self, parts: Sequence[str], start: int | None) -> Relation:
        return Relation(f"(SELECT CAST(1 AS BIGINT) AS {quote(self._column)})", [(self._column, INT64)])


def compiled(rules: Rules, queries: type[Queries], sql: str, names: Sequence[str]) -> tuple[str, list[str]]:
    """A statement for DuckDB with other names in its places, and the names of its columns."""
    (statement,) = statements(sql, rules.dialect)
    renamed = dict(zip(PLACES, names, strict=True))
    for node in statement.tree.find_all(exp.Identifier):
        if node.this in renamed:
            node.set("this", renamed[node.this])
            node.set("quoted", True)
    query = queries(rules, OneTable(names[0])).compile(statement.tree)
    return query.sql, [name for name, _ in query.columns]


class Database:
    """Runs statements. Hypothesis keeps what a test was given until the process ends, so it is given no connection."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"python_enable_replacements": "false"})

    def rows(self, sql: str) -> list[Any]:
        """All rows of a query."""
        return self.connection.execute(sql).fetchall()

    def close(self) -> None:
        """Let the connection go."""
        self.connection.close()
        del self.connection


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    database = Database()
    yield database
    database.close()


def check(database: Database, rules: Rules, queries: type[Queries], sql: str, names: list[str]) -> None:
    written, columns = compiled(rules, queries, sql, names)
    assert database.rows(written) == [(1,)], written
    assert [name.lower() for name in columns] == [names[0].lower()]


@pytest.mark.parametrize("sql", COMMON + BIGQUERY)
@settings(max_examples=10, deadline=None, derandomize=True)
@given(names=UNIQUE)
def test_a_name_stays_a_name_in_bigquery(database: Database, sql: str, names: list[str]) -> None:
    check(database, BigQueryRules(), Queries, sql, names)


@pytest.mark.parametrize("sql", COMMON + TRINO)
@settings(max_examples=10, deadline=None, derandomize=True)
@given(names=UNIQUE)
def test_a_name_stays_a_name_in_athena(database: Database, sql: str, names: list[str]) -> None:
    check(database, TrinoRules(), TrinoQueries, sql, names)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(names=UNIQUE)
def test_a_name_stays_a_name_in_columns_and_members_of_files(
    database: Database, tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    path = tmp_path_factory.mktemp("it's") / f"{len(names[0])}.json"
    path.write_text(json.dumps({names[0]: 1, names[1]: {names[2]: 2}}), encoding="utf-8")
    columns = [(names[0], INT64), (names[1], struct([(names[2], INT64)]))]
    relation = json_lines.relation([File("gs://b/o", path, gzip=False)], columns)
    inner = extract(quote(names[1]), names[2])
    assert database.rows(f"SELECT {quote(names[0])}, {inner} FROM {relation}") == [(1, 2)]
    rows = table_rows(relation, columns, 1)
    assert encode_page(rows, 0, 1, database.connection, False) == [{"f": [{"v": "1"}, {"v": {"f": [{"v": "2"}]}}]}]


@settings(max_examples=30, deadline=None, derandomize=True)
@given(names=UNIQUE)
def test_a_name_stays_a_name_in_athena_s_json(database: Database, names: list[str]) -> None:
    document = f"CAST({text(json.dumps({names[0]: 1, names[1]: 2}))} AS JSON)"
    assert database.rows(f"SELECT CAST({json_member(document, names[0], False)} AS INTEGER)") == [(1,)]


@settings(max_examples=30, deadline=None, derandomize=True)
@given(names=UNIQUE)
def test_the_type_of_a_row_tells_its_names(database: Database, names: list[str]) -> None:
    sql, _ = compiled(TrinoRules(), TrinoQueries, "SELECT typeof(CAST(ROW(1) AS ROW(n3 BIGINT))) AS n1", names)
    ((told,),) = database.rows(sql)
    assert told.removeprefix("row(").lstrip() == f"{names[2].lower()} bigint)".lstrip()


@pytest.mark.parametrize("digits", [19, 39, 5000])
@pytest.mark.parametrize("rules", [BigQueryRules(), TrinoRules()], ids=["bigquery", "athena"])
def test_a_number_of_many_digits_is_refused(rules: Rules, digits: int) -> None:
    with pytest.raises(SqlError, match="Invalid"):
        compiled(rules, Queries, f"SELECT {'9' * digits}", ["a", "b", "c"])
