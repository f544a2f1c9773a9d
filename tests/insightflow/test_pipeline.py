"""The flow insightflow_prod_pipeline from end to end. The tests build on one another, as the days of a pipeline do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import boto3
import duckdb
import pytest

from tests.insightflow.pipeline import AUDIT, NAMESPACE, REGION, Pipeline
from workbook import dbt
from workbook.kestra.models import Execution

DBT = ("dbt_deps", "dbt_seed", "dbt_source_freshness", "dbt_run", "dbt_test", "dbt_publish")
PHASES = (
    *("submit_batch_ingestion_job_cli", "wait_for_batch_job_cli", "start_glue_crawler_cli", "wait_for_crawler_cli"),
    *("transform", *DBT),
)


BAD_DAY = pytest.mark.slow
"""Two more runs of all. Every run of the tests sees lesson 13 on a bad day, and the ingestion replace a month."""


def states(execution: Execution, prefix: str = "") -> dict[str, str]:
    return {run.task_id: run.state for run in execution.task_runs if run.task_id.startswith(prefix)}


def test_a_fresh_account_ends_in_success(pipeline: Pipeline, first: Execution) -> None:
    assert first.state == "SUCCESS", pipeline.log(first, level="WARN")
    assert {name: state for name, state in states(first).items() if "." not in name} == dict.fromkeys(PHASES, "SUCCESS")


def test_the_catalogue_counts_what_the_source_files_count(pipeline: Pipeline, first: Execution) -> None:
    assert {name: pipeline.athena.count(name) for name in pipeline.manifest} == {
        name: counts["rows"] for name, counts in pipeline.manifest.items()
    }
    tables = pipeline.athena.tables().set_index("table")
    assert set(tables.loc[list(pipeline.manifest), "partitioned_by"]) == {"year, month"}


def test_the_mart_holds_the_sales_of_the_source_file(pipeline: Pipeline, first: Execution, tmp_path: Path) -> None:
    file = pipeline.source("iowrt_3d", tmp_path)
    ((rows, sales, last),) = duckdb.sql(
        f"SELECT count(*), sum(sales), max(date) FROM '{file}' WHERE series = 'abs'"
    ).fetchall()
    found = pipeline.marts()["fct_retail_sales_monthly"]
    assert (found[0], round(found[1], 1), found[4].date()) == (rows, round(sales, 1), last)
    prices = pipeline.source("fuelprice", tmp_path)
    ((mean,),) = duckdb.sql(
        f"SELECT avg(ron97) FROM '{prices}' WHERE series_type = 'level' AND strftime(date, '%Y-%m') = '2024-05'"
    ).fetchall()
    told = pipeline.athena.scalar(
        "SELECT DISTINCT ron97 FROM fct_retail_sales_monthly WHERE month_date = DATE '2024-05-01'"
    )
    assert told == pytest.approx(mean, abs=0.0001)


def test_each_dbt_test_and_model_is_a_task_run(pipeline: Pipeline, first: Execution) -> None:
    tests, models = states(first, "test."), states(first, "model.")
    assert len(tests) >= 16
    assert set(tests.values()) == set(models.values()) == {"SUCCESS"}
    assert {"model.insightflow.fct_retail_sales_monthly", "model.insightflow.stg_iowrt"} <= models.keys()
    told = dbt.results(pipeline.lab.kestra, first)
    assert len(told) == len(tests)
    assert set(told["state"]) == {"pass"}
    assert {("stg_iowrt", "sales", "not_null"), (dbt.SEVERAL, "", "groups_add_up_to_the_headline")} <= {
        (row.model, row.column, row.test) for row in told.itertuples()
    }


def test_secrets_are_in_no_log(pipeline: Pipeline, first: Execution) -> None:
    assert pipeline.environment["AWS_SECRET_ACCESS_KEY"] not in pipeline.log(first, level="TRACE")


@contextmanager
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """An address that keeps what is posted to it."""
    heard: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Tests need no access log."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", heard
    server.shutdown()
    server.server_close()


def test_a_set_that_cannot_be_ingested_fails_the_flow_and_calls_for_help(pipeline: Pipeline, first: Execution) -> None:
    keys = pipeline.lab.kestra.kv(NAMESPACE)
    with listener() as (address, heard):
        keys["INSIGHTFLOW_ALERT_URL"] = address
        failed = pipeline.run(base_url=pipeline.generated("missing-column"))
        del keys["INSIGHTFLOW_ALERT_URL"]
    assert failed.state == "FAILED"
    said = pipeline.log(failed, "wait_for_batch_job_cli")
    assert "the columns sales are missing" in said
    assert "1 of 3 sets failed: iowrt_3d" in said
    assert "exit code 1" in said
    assert states(failed)["alert"] == "SUCCESS"
    assert "start_glue_crawler_cli" not in states(failed)
    assert "wait_for_batch_job_cli" in pipeline.log(failed, "alert", "ERROR")
    assert len(heard) == 1
    assert failed.id.encode() in heard[0]


def batch(pipeline: Pipeline) -> Any:
    environment = pipeline.environment
    keys = {name: environment[name.upper()] for name in ("aws_access_key_id", "aws_secret_access_key")}
    return boto3.client("batch", endpoint_url=environment["AWS_ENDPOINT_URL"], region_name=REGION, **keys)


def test_a_job_whose_command_exits_with_1_fails_the_flow_with_its_log_shown(
    pipeline: Pipeline, first: Execution
) -> None:
    client, name = batch(pipeline), "insightflow-prod-ingestion-job-def"
    found = client.describe_job_definitions(jobDefinitionName=name, status="ACTIVE")["jobDefinitions"]
    newest = max(found, key=lambda one: one["revision"])
    container = newest["containerProperties"] | {"command": ["sh", "-c", "echo the disk is full; exit 1"]}
    client.register_job_definition(
        jobDefinitionName=name,
        type="container",
        platformCapabilities=newest["platformCapabilities"],
        containerProperties=container,
    )
    failed = pipeline.run()
    pipeline.infrastructure()  # registers the right command anew
    assert failed.state == "FAILED"
    assert states(failed)["wait_for_batch_job_cli"] == "FAILED"
    assert "the disk is full" in pipeline.log(failed, "wait_for_batch_job_cli")
    assert set(states(failed)) == {*PHASES[:2], "alert", "call_webhook"}


@pytest.fixture(scope="session")
def bad(pipeline: Pipeline, first: Execution) -> tuple[dict[str, Any], Execution]:
    """What readers saw before, and a run on bad raw data."""
    before = pipeline.marts()
    return before, pipeline.run(base_url=pipeline.generated("bad-rows"))


@BAD_DAY
def test_bad_raw_data_fails_the_tests_and_alerts(pipeline: Pipeline, bad: tuple[dict[str, Any], Execution]) -> None:
    _, failed = bad
    assert failed.state == "FAILED"
    found = states(failed)
    assert {name for name in PHASES if found.get(name) == "FAILED"} == {"transform", "dbt_test"}
    broken = {name.split(".")[2] for name, state in states(failed, "test.").items() if state == "FAILED"}
    assert {
        "checks_unique_together_stg_iowrt_3d_series__month_date__group_code",
        "checks_between_bounds_stg_iowrt_3d_sales__0",
        "relationships_stg_iowrt_3d_group_code__group_code__ref_stg_msic_codes_",
        "groups_add_up_to_the_headline",
    } <= broken
    alert = pipeline.log(failed, "alert", "ERROR")
    assert "dbt_test" in alert
    assert "checks_between_bounds_stg_iowrt_3d_sales__0" in alert


@BAD_DAY
def test_nothing_wrong_reaches_the_mart(pipeline: Pipeline, bad: tuple[dict[str, Any], Execution]) -> None:
    before, failed = bad
    assert "dbt_publish" not in states(failed)
    assert pipeline.marts() == before
    under_test = pipeline.athena.scalar(f"SELECT min(sales) FROM {AUDIT}.fct_retail_sales_monthly")
    assert under_test < 0 < before["fct_retail_sales_monthly"][2]


@BAD_DAY
def test_a_second_run_on_good_data_heals_and_counts_as_the_first(
    pipeline: Pipeline, first: Execution, bad: tuple[dict[str, Any], Execution]
) -> None:
    wrong = pipeline.etags()
    second = pipeline.run()
    assert second.state == "SUCCESS", pipeline.log(second, level="WARN")
    assert pipeline.marts() == bad[0]
    right = pipeline.etags()
    assert [key for key in right if right[key] != wrong.get(key)] == [max(key for key in right if "iowrt_3d" in key)]
    test_the_catalogue_counts_what_the_source_files_count(pipeline, second)
