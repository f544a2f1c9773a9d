"""The whole program against S3 and the generated files."""

import json
from typing import Any

import duckdb
import requests

from tests.insightflow.ingestion.conftest import Answer, DataServer, Job

GROUPS = "raw/iowrt_3d/"


def manifest(job: Job) -> dict[str, Any]:
    return requests.get(f"{job.environment['DATASET_URL']}/insightflow/manifest.json", timeout=30).json()["sets"]


def test_every_row_of_every_set_lands_in_its_month(job: Job, tmp_path: Any) -> None:
    done = job.run(job.generated())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All 3 sets are in" in done.stdout
    for name, told in manifest(job).items():
        keys = list(job.objects(f"raw/{name}/"))
        assert len(keys) == told["months"]
        for place, key in enumerate(keys):
            (tmp_path / f"{name}-{place}.parquet").write_bytes(job.body(key))
        (rows,) = duckdb.sql(
            f"SELECT count(*), min(ymd_date), max(ymd_date) FROM '{tmp_path}/{name}-*.parquet'"
        ).fetchall()
        assert [str(value) for value in rows] == [str(told["rows"]), told["first"], told["last"]]
    assert duckdb.sql(f"SELECT DISTINCT compression FROM parquet_metadata('{tmp_path}/*')").fetchall() == [("SNAPPY",)]
    assert job.environment["AWS_SECRET_ACCESS_KEY"] not in done.stdout + done.stderr


def test_a_second_run_writes_nothing_new_and_a_republished_month_is_replaced(job: Job) -> None:
    assert job.run(job.generated("bad-rows")).returncode == 0
    wrong = job.objects()
    assert job.run(job.generated()).returncode == 0
    right = job.objects()
    assert right.keys() == wrong.keys()
    changed = {key for key in right if right[key] != wrong[key]}
    assert changed == {max(key for key in right if key.startswith(GROUPS))}
    again = job.run(job.generated())
    assert job.objects() == right
    assert again.stdout.count(", 0 of them new or changed") == 3


def test_one_set_that_fails_is_named_and_the_others_are_brought(job: Job) -> None:
    for fault, words in (("missing-column", "columns sales are missing"), ("truncated", "cut short")):
        job.forget()
        done = job.run(job.generated(fault))
        assert done.returncode == 1
        assert words in done.stdout
        assert done.stdout.splitlines()[-1] == "ERROR 1 of 3 sets failed: iowrt_3d"
        assert {key.split("/")[1] for key in job.objects()} == {"iowrt", "fuelprice"}


def test_a_set_that_fails_leaves_what_was_there(job: Job) -> None:
    assert job.run(job.generated()).returncode == 0
    before = job.objects()
    assert job.run(job.generated("missing-column")).returncode == 1
    assert job.objects() == before


def test_files_that_are_not_there(job: Job, server: DataServer) -> None:
    server.answers["/iowrt/iowrt.parquet"] = [Answer(json.dumps({"message": "maintenance"}).encode())]
    done = job.run(server.url)
    assert done.returncode == 1
    assert "ERROR 3 of 3 sets failed: iowrt, iowrt_3d, fuelprice" in done.stdout
    assert "iowrt: the file is no Parquet file" in done.stdout
    assert "404" in done.stdout
    assert job.objects() == {}


def test_a_bucket_that_is_not_there_is_named(job: Job) -> None:
    done = job.run(job.generated(), TARGET_BUCKET="insightflow-nowhere")
    assert done.returncode == 1
    assert "the bucket insightflow-nowhere cannot be written" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_setting_that_is_missing(job: Job) -> None:
    done = job.run(job.generated(), TARGET_BUCKET="")
    assert done.returncode == 2
    assert "TARGET_BUCKET is not set" in done.stdout
