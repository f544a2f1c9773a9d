"""io.kestra.plugin.dbt.cli: DbtCLI, Setup, and a type for each command."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.wire.kestra_tasks.client import NAMESPACE, Execution, Kestra, Task

PROFILES = """
shop:
  target: prod
  outputs:
    prod:
      type: athena
      region_name: "{{ '{{ env_var(\\"AWS_REGION\\") }}' }}"
      database: awsdatacatalog
      schema: shop
      s3_staging_dir: s3://shop/staging/
"""
PROJECT = {
    "dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n",
    "models/orders.sql": "select 1 as id",
    "models/schema.yml": "models:\n  - name: orders\n    columns:\n      - name: id\n        data_tests: [unique]\n",
}


def timing(first: int) -> list[dict[str, str]]:
    moments = [f"2025-09-01T05:00:{second:02d}.000000Z" for second in range(first, first + 3)]
    return [
        {"name": "compile", "started_at": moments[0], "completed_at": moments[1]},
        {"name": "execute", "started_at": moments[1], "completed_at": moments[2]},
    ]


def result(name: str, status: str, first: int = 0, **more: Any) -> dict[str, Any]:
    known = {"adapter_response": {}, "message": None, "failures": None, "execution_time": 2.0}
    return {"unique_id": name, "status": status, "timing": timing(first) if first else [], **known, **more}


RESULTS = [
    result("model.shop.orders", "success", 1, adapter_response={"rows_affected": 7}, message="OK 7"),
    result("test.shop.unique_orders_id", "fail", 5, failures=3, message="Got 3 results, configured to fail if != 0"),
    result("test.shop.few_orders", "warn", 9, failures=1, message="Got 1 result"),
    result("model.shop.totals", "skipped"),
]


def dbt(*commands: str, **properties: Any) -> Task:
    return {"type": "io.kestra.plugin.dbt.cli.DbtCLI", "commands": list(commands), **properties}


def leaving(results: list[dict[str, Any]], *commands: str, **properties: Any) -> Task:
    """A task that leaves results where dbt would."""
    files = {"r.json": json.dumps({"results": results})}
    return dbt("mkdir -p target && cp r.json target/run_results.json", *commands, inputFiles=files, **properties)


def below(run: Execution, task: str = "task") -> dict[str, dict[str, Any]]:
    """The task runs below a task's own, by name."""
    own = run.task(task)["id"]
    return {entry["taskId"]: entry for entry in run.execution["taskRunList"] if entry.get("parentTaskRunId") == own}


def test_dbt_runs_with_the_profile_and_its_manifest_is_kept(kestra: Kestra) -> None:
    place = {"key": "manifest.json", "namespace": NAMESPACE}
    run = kestra.ok(
        dbt(
            "dbt parse",
            profiles=PROFILES,
            inputFiles={f"shop/{name}": text for name, text in PROJECT.items()},
            projectDir="shop",
            env={"AWS_REGION": "{{ envs.aws_region }}"},
            storeManifest=place,
        )
    )
    kept = run.outputs()["outputFiles"]
    assert set(kept) == {"manifest.json"}
    assert "model.shop.orders" in json.loads(kestra.text(kept["manifest.json"]))["nodes"]
    assert any("athena=1.11.1" in line for line in run.logs())
    again = kestra.ok(dbt("ls target", "grep -c model.shop.orders target/manifest.json", loadManifest=place))
    assert {"manifest.json", "1"} <= set(again.logs("INFO"))


def test_each_result_becomes_a_task_run_with_its_times_and_its_log(kestra: Kestra) -> None:
    run = kestra.run(leaving(RESULTS, "exit 1"))
    assert run.state == "FAILED"
    found = below(run)
    assert {name: entry["state"]["current"] for name, entry in found.items()} == {
        "model.shop.orders": "SUCCESS",
        "test.shop.unique_orders_id": "FAILED",
        "test.shop.few_orders": "WARNING",
        "model.shop.totals": "SKIPPED",
    }
    history = [(step["state"], step["date"][17:19]) for step in found["model.shop.orders"]["state"]["histories"]]
    assert history == [("CREATED", "01"), ("RUNNING", "02"), ("SUCCESS", "03")]
    assert "test.shop.unique_orders_id: fail in 2.00 s, failures: 3" in run.logs("ERROR")
    assert "Got 1 result" in run.logs("WARN")
    assert run.metric("rows.affected")["value"] == 7
    results = json.loads(kestra.text(run.outputs()["outputFiles"]["run_results.json"]))["results"]
    assert [entry["unique_id"] for entry in results] == [entry["unique_id"] for entry in RESULTS]


def test_results_of_an_earlier_task_in_the_same_folder_are_not_taken_again(kestra: Kestra) -> None:
    group = {"type": "io.kestra.plugin.core.flow.WorkingDirectory"}
    run = kestra.ok({**group, "tasks": [leaving(RESULTS[:1], id="first"), {**dbt("true"), "id": "second"}]})
    assert list(below(run, "first")) == ["model.shop.orders"]
    assert below(run, "second") == {}


def test_results_are_left_alone_when_asked(kestra: Kestra) -> None:
    run = kestra.ok(leaving(RESULTS[:1], parseRunResults=False))
    assert below(run) == {}
    assert "run_results.json" not in run.outputs()["outputFiles"]


def test_lines_of_dbt_keep_their_level_and_a_warning_shows_in_the_state(kestra: Kestra) -> None:
    lines = [
        {"info": {"level": "warn", "msg": "Something is old"}, "data": {}},
        {"info": {"level": "info", "msg": "  "}, "data": {}},
        {"info": {"level": "info", "msg": "Done."}, "data": {"stats": {"pass": 5, "error": 0}}},
    ]
    files = {"log.txt": "".join(json.dumps(line) + "\n" for line in lines)}
    run = kestra.run(dbt("cat log.txt", """echo '::{"outputs": {"count": 3}}::'""", inputFiles=files))
    assert run.state == "WARNING"
    assert run.logs("WARN") == ["Something is old"]
    assert "Done." in run.logs("INFO")
    assert run.metric("pass")["value"] == 5
    assert run.outputs()["vars"] == {"count": 3}


def test_a_project_that_does_not_parse_fails_with_the_words_of_dbt(kestra: Kestra) -> None:
    files = PROJECT | {"models/broken.sql": "select * from {{ '{{ ref(\"nobody\") }}' }}"}
    run = kestra.run(dbt("dbt parse", profiles=PROFILES, inputFiles=files, env={"AWS_REGION": "us-east-1"}))
    assert run.state == "FAILED"
    assert any("nobody" in line for line in run.logs("ERROR"))


def test_another_engine_is_refused(kestra: Kestra) -> None:
    assert "FUSION" in kestra.failure(dbt("dbt parse", engine="FUSION"))


FAKE = """#!/bin/sh
echo "$*" > line.txt
mkdir -p shop/target
printf '{"results": [{"unique_id": "model.shop.orders", "status": "success", "timing": [], "execution_time": 1}]}' \
  > shop/target/run_results.json
printf '{"nodes": {}}' > shop/target/manifest.json
"""
"""A dbt that tells how it was called and leaves what dbt would."""


@pytest.fixture
def fake(tmp_path: Path) -> dict[str, Any]:
    """The properties of a task that runs the dbt of the test."""
    program = tmp_path / "dbt"
    program.write_text(FAKE)
    program.chmod(0o755)
    return {"dbtPath": str(program), "projectDir": "/shop", "profiles": PROFILES, "outputFiles": ["line.txt"]}


def command(kind: str, **properties: Any) -> Task:
    """A task of one command of dbt."""
    return {"type": f"io.kestra.plugin.dbt.cli.{kind}", **properties}


def called(kestra: Kestra, run: Execution) -> str:
    """How dbt was called, without the name of the task's folder."""
    line = kestra.text(run.outputs()["outputFiles"]["line.txt"]).strip()
    folder = line.rpartition(" --project-dir ")[2].removesuffix("/shop")
    return line.replace(folder, ".")


def test_properties_become_options(kestra: Kestra, fake: dict[str, Any]) -> None:
    run = kestra.ok(
        command(
            "Build",
            **fake,
            debug=True,
            failFast=True,
            warnError=True,
            thread=2,
            fullRefresh=True,
            target="prod",
            selector="nightly",
            select=["orders", "tag:new"],
            exclude=["old"],
        )
    )
    assert called(kestra, run) == (
        "--log-format json --debug --fail-fast --warn-error build --profiles-dir ./.profile --threads 2 --full-refresh "
        "--target prod --selector nightly --select orders tag:new --exclude old --project-dir ./shop"
    )
    assert list(below(run)) == ["model.shop.orders"]
    assert {"manifest.json", "run_results.json"} <= set(run.outputs()["outputFiles"])


@pytest.mark.parametrize(
    ("kind", "word", "results"),
    [
        ("Run", "run", True),
        ("Test", "test", True),
        ("Seed", "seed", True),
        ("Snapshot", "snapshot", True),
        ("Compile", "compile", True),
        ("Deps", "deps", False),
        ("Freshness", "source freshness", False),
        ("List", "list", False),
    ],
)
def test_commands(kestra: Kestra, fake: dict[str, Any], kind: str, word: str, results: bool) -> None:
    run = kestra.ok(command(kind, **fake))
    assert called(kestra, run) == f"--log-format json {word} --profiles-dir ./.profile --project-dir ./shop"
    assert ("run_results.json" in run.outputs()["outputFiles"]) == results


def test_a_command_runs_the_dbt_of_the_stack_where_there_is_no_other(kestra: Kestra) -> None:
    files = {f"shop/{name}": text for name, text in PROJECT.items()}
    environment = {"AWS_REGION": "us-east-1"}
    run = kestra.ok(command("List", profiles=PROFILES, projectDir="shop", env=environment, inputFiles=files))
    assert any("shop.orders" in line for line in run.logs("INFO"))


def test_set_up_makes_an_environment_and_the_profiles(kestra: Kestra) -> None:
    group = {"type": "io.kestra.plugin.core.flow.WorkingDirectory"}
    profiles = {"shop": {"target": "prod", "outputs": {"prod": {"type": "{{ inputs.kind ?? 'athena' }}"}}}}
    run = kestra.ok(
        {
            **group,
            "tasks": [
                {
                    "id": "setup",
                    "type": "io.kestra.plugin.dbt.cli.Setup",
                    "profiles": profiles,
                    "requirements": [],
                    "inputFiles": {"own.txt": "mine"},
                },
                {
                    "id": "look",
                    "type": "io.kestra.plugin.scripts.shell.Commands",
                    "commands": [
                        "./bin/python -c 'import sys; print(sys.prefix)'",
                        "pwd",
                        "cat own.txt .profile/profiles.yml",
                    ],
                },
            ],
        }
    )
    said = run.logs("INFO")
    folder = next(line for line in said if line.startswith("/"))
    assert said.count(folder) == 2
    assert "mine" in "\n".join(said)
    assert "athena" in "\n".join(said)


def test_set_up_needs_profiles_and_requirements(kestra: Kestra) -> None:
    problems = kestra.problems({"type": "io.kestra.plugin.dbt.cli.Setup"})
    assert "profiles: must not be null" in problems
    assert "requirements: must not be null" in problems
