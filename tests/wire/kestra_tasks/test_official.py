"""SQL tasks beside the official plug-ins: what passes here passes there, with the same values, and vice versa."""

from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Kestra
from tests.wire.kestra_tasks.official_cases import cases, run

DIFFERENCES: dict[tuple[str, str], dict[str, Any]] = {
    ("postgresql", "after_fail"): {"error": "ERROR: division by zero"},
    ("postgresql", "after_two"): {"error": "Query task afterSQL supports only a single SQL statement."},
    ("duckdb", "after"): {"outputs": {}},
    ("duckdb", "after_fail"): {"error": "Invalid Input Error: Attempting to execute an unsuccessful"},
    ("duckdb", "install_json"): {"outputs": {"outputs": [{"rows": [{"a": 1}], "size": 1}]}},
    ("duckdb", "relurl"): {"error": "The database file path is not valid"},
}
"""What is otherwise here; docs/differences.md says why."""


@pytest.fixture(scope="module")
def results(kestra: Kestra) -> dict[str, dict[str, Any]]:
    """What came of all cases, by database and name."""
    logins = {"postgresql": kestra.login, "clickhouse": kestra.clickhouse_login, "duckdb": {}}
    return {database: run(kestra, database, login) for database, login in logins.items()}


@pytest.mark.parametrize(
    ("database", "name"),
    [(database, case["name"]) for database in ("postgresql", "duckdb", "clickhouse") for case in cases(database)],
)
def test_official(results: dict[str, dict[str, Any]], database: str, name: str) -> None:
    [case] = [case for case in cases(database) if case["name"] == name]
    expected, found = DIFFERENCES.get((database, name), case["official"]), results[database][name]
    if "error" in expected:
        assert found.get("error", found).startswith(expected["error"])
    else:
        assert found == expected
