"""What a BigQuery keeps when its process is killed, and what it refuses to share."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from google.api_core.exceptions import GoogleAPICallError

from embedded.services.gcp.bigquery.routes import BigQuery
from tests.support.stack import ROOT
from tests.wire.gcp.bigquery.folder import Folder
from tests.wire.gcp.bigquery.server import PROJECT, client, served

SERVE = """
import sys, time
from pathlib import Path
from tests.wire.gcp.bigquery.server import served
from tests.wire.gcp.bigquery.folder import Folder
with served(Path(sys.argv[1]), Folder(Path(sys.argv[2]))) as address:
    print(address, flush=True)
    time.sleep(600)
"""
ENDLESS = (
    "SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 1000000)) a JOIN UNNEST(GENERATE_ARRAY(1, 1000000)) b ON a*b < 0"
)


def test_all_that_was_done_survives_a_kill(tmp_path: Path) -> None:
    home, objects = tmp_path / "home", Folder(tmp_path / "objects")
    command = [sys.executable, "-c", SERVE, str(home), str(objects.root)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        asked = client(process.stdout.readline().strip())
        asked.create_dataset("d")
        asked.query_and_wait("CREATE TABLE d.t (a INT64, b BYTES) CLUSTER BY a")
        asked.query_and_wait("INSERT INTO d.t VALUES (1, MD5('x')), (2, NULL)")
        asked.query("SELECT a FROM d.t ORDER BY a", job_id="asked-before").result()
        asked.query(ENDLESS, job_id="cut-off")
        os.kill(process.pid, signal.SIGKILL)
    with served(home, objects) as address:
        asked = client(address)
        rows = asked.query_and_wait("SELECT a, TO_HEX(b) FROM d.t ORDER BY a")
        assert [row.values() for row in rows] == [(1, "9dd4e461268c8034f5c8564e155c67a6"), (2, None)]
        assert asked.get_table("d.t").clustering_fields == ["a"]
        assert [row.a for row in asked.get_job("asked-before").result()] == [1, 2]
        cut = asked.get_job("cut-off")
        assert (cut.state, cut.error_result["reason"]) == ("DONE", "stopped")
        with pytest.raises(GoogleAPICallError, match="the service was stopped while it ran"):
            cut.result(retry=None, job_retry=None)


def test_a_home_has_one_owner(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVE, str(tmp_path), str(tmp_path / "objects")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            with pytest.raises(duckdb.IOException, match="lock"):
                BigQuery(tmp_path, Folder(tmp_path / "objects"), PROJECT)
        finally:
            process.kill()
