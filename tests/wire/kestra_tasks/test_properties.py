"""Every property of every task type can be given by `pluginDefaults`, and is refused or missed as officially."""

from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Kestra

POSTGRES = "io.kestra.plugin.jdbc.postgresql."
OWN = (
    "io.kestra.plugin.scripts.",
    "io.kestra.plugin.jdbc.",
    "io.kestra.plugin.aws.",
    "io.kestra.plugin.dbt.",
    "io.kestra.plugin.elasticsearch.",
    "io.kestra.plugin.gcp.",
    "io.kestra.plugin.slack.",
    "io.kestra.plugin.email.",
    "io.kestra.plugin.serdes.",
    "io.kestra.plugin.compress.",
    "io.kestra.plugin.git.",
)
FLAGS = {"allowFailure", "allowWarning", "disabled", "logToFile", "failOnTriggerError", "fetch", "fetchOne", "store"}
"""The properties that the engine asks by `is...`, and not by `get...`: its check of defaults knows none of these."""


def own_types(kestra: Kestra) -> list[str]:
    """The task types and triggers of this project."""
    groups = kestra.get("/plugins").json()
    names = {
        item["cls"] if isinstance(item, dict) else item
        for group in groups
        for kind in ("tasks", "triggers")
        for item in group.get(kind, [])
    }
    return sorted(name for name in names if name.startswith(OWN))


def properties(kestra: Kestra, type_: str) -> dict[str, Any]:
    """The documented properties of a type."""
    return kestra.get(f"/plugins/{type_}").json()["schema"]["properties"]["properties"]


@pytest.mark.slow
def test_defaults_of_a_whole_name_take_every_property(kestra: Kestra) -> None:
    types = own_types(kestra)
    assert len(types) > 35
    task = {"type": "io.kestra.plugin.core.log.Log", "message": "x"}
    for type_ in types:
        names = sorted(set(properties(kestra, type_)) - FLAGS - {"id", "type", "pluginDefaultsRef"})
        assert names
        defaults = [{"type": type_, "values": dict.fromkeys(names, "x")}]
        assert kestra.problems(task, pluginDefaults=defaults) == "", type_


@pytest.mark.parametrize(
    ("type_", "name", "default"),
    [
        (POSTGRES + "Query", "fetchType", "NONE"),
        (POSTGRES + "Trigger", "fetchType", "FETCH"),
        ("io.kestra.plugin.jdbc.duckdb.Query", "url", "jdbc:duckdb:"),
        ("io.kestra.plugin.aws.s3.List", "maxFiles", 25),
        ("io.kestra.plugin.scripts.python.Script", "containerImage", "python:3.13-slim"),
    ],
)
def test_defaults_are_documented(kestra: Kestra, type_: str, name: str, default: object) -> None:
    documented = properties(kestra, type_)[name]["default"]
    assert str(documented) == str(default)


def test_outputs_are_documented(kestra: Kestra) -> None:
    schema = kestra.get(f"/plugins/{POSTGRES}Query").json()["schema"]["outputs"]["properties"]
    assert {"row", "rows", "uri", "size"} <= set(schema)


@pytest.mark.parametrize(
    ("type_", "outputs"),
    [
        ("serdes.csv.CsvToIon", {"uri", "size"}),
        ("serdes.excel.ExcelToIon", {"uris", "size"}),
        ("compress.ArchiveDecompress", {"files"}),
        ("git.Clone", {"directory"}),
        ("git.SyncFlow", {"flowId", "namespace", "revision"}),
        ("git.PushFlows", {"commitId", "commitURL", "flows"}),
        ("gcp.gcs.Downloads", {"blobs", "outputFiles"}),
        ("gcp.gcs.Trigger", {"blobs"}),
    ],
)
def test_every_output_has_a_word(kestra: Kestra, type_: str, outputs: set[str]) -> None:
    documented = kestra.get(f"/plugins/io.kestra.plugin.{type_}").json()["schema"]["outputs"]["properties"]
    assert documented.keys() == outputs
    assert all(one["title"] for one in documented.values())


def test_a_default_that_no_property_takes_is_refused(kestra: Kestra) -> None:
    task = {"type": "io.kestra.plugin.core.log.Log", "message": "x"}
    problems = kestra.problems(task, pluginDefaults=[{"type": POSTGRES + "Query", "values": {"adress": "x"}}])
    assert f"No property 'adress' exists in plugin '{POSTGRES}Query'" in problems


def test_defaults_of_a_whole_name_reach_the_task(kestra: Kestra) -> None:
    [values] = [default["values"] for default in kestra.login["pluginDefaults"]]
    task = {"type": POSTGRES + "Query", "sql": "SELECT 1 AS a"}
    defaults = [{"type": POSTGRES + "Query", "values": values | {"fetchType": "FETCH_ONE"}}]
    assert kestra.ok(task, pluginDefaults=defaults).outputs()["row"] == {"a": 1}


@pytest.mark.parametrize("kind", ["Query", "Queries", "CopyIn", "CopyOut", "Batch"])
def test_an_address_is_needed(kestra: Kestra, kind: str) -> None:
    task = {"type": POSTGRES + kind, "sql": "SELECT 1", "from": "x"}
    if kind == "CopyIn":
        del task["sql"]
    if kind in ("Query", "Queries", "CopyOut"):
        del task["from"]
    assert "url: must not be null" in kestra.problems(task)
    assert kestra.problems(task, **kestra.login) == ""


def test_clickhouse_needs_an_address(kestra: Kestra) -> None:
    for kind in ("Query", "Queries"):
        task = {"type": f"io.kestra.plugin.jdbc.clickhouse.{kind}", "sql": "SELECT 1"}
        assert "url: must not be null" in kestra.problems(task)


def test_a_trigger_needs_an_address(kestra: Kestra) -> None:
    trigger = {"id": "rows", "type": POSTGRES + "Trigger", "sql": "SELECT 1"}
    task = {"type": "io.kestra.plugin.core.log.Log", "message": "x"}
    assert "url: must not be null" in kestra.problems(task, triggers=[trigger])


def test_duckdb_needs_none(kestra: Kestra) -> None:
    assert kestra.problems({"type": "io.kestra.plugin.jdbc.duckdb.Query", "sql": "SELECT 1"}) == ""
