"""io.kestra.plugin.dbt.cli.DbtCLI."""

import json
from typing import Any

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
