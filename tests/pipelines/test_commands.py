"""The curl lines of the pipelines' documentation, by curl."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from catalog.services.clickhouse import CLICKHOUSE
from tests.pipelines.client import STORES, Content, Pipelines
from tests.support.stack import ROOT

FLOW = "s3-csv-ingestion"


@pytest.fixture(scope="module", autouse=True)
def imported(pipelines: Pipelines) -> Iterator[None]:
    """The flow and its files, sent by curl alone."""
    command = ["docker/upload-files.sh", "flows/files", "once"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **pipelines.environment}, check=True, timeout=120)
    url = f"{pipelines.environment['KESTRA_URL']}/api/v1/flows/import"
    curl(*login(pipelines), "--fail", "-F", f"fileUpload=@{ROOT}/flows/{FLOW}.yaml", url)
    yield
    pipelines.remove_flow(FLOW)


def curl(*arguments: str) -> str:
    done = subprocess.run(["curl", "-sS", *arguments], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def login(pipelines: Pipelines) -> list[str]:
    return ["-u", f"{pipelines.environment['KESTRA_USERNAME']}:{pipelines.environment['KESTRA_PASSWORD']}"]


def test_the_workflow_is_executed_with_inputs_as_json(pipelines: Pipelines) -> None:
    url = f"{pipelines.environment['KESTRA_URL']}/api/v1/executions/trigger/com.flowio/s3-csv-ingestion"
    body = '{"inputs": {"table_name": "my_metrics"}}'
    answer = curl("-X", "POST", "-H", "Content-Type: application/json", *login(pipelines), "-d", body, url)
    run = pipelines.ended(json.loads(answer)["id"])
    assert (run.state, run.execution["inputs"]["table_name"]) == ("SUCCESS", "my_metrics")
    assert pipelines.contents("my_metrics") == dict.fromkeys(STORES, pipelines.manifest(15_120))
    assert pipelines.contents("my_metrics")["qdrant"] != Content(0, 0)


def test_flows_and_executions_are_listed(pipelines: Pipelines) -> None:
    url = f"{pipelines.environment['KESTRA_URL']}/api/v1"
    flows = json.loads(curl(*login(pipelines), f"{url}/flows/search?namespace=com.flowio"))
    assert FLOW in [flow["id"] for flow in flows["results"]]
    assert "results" in json.loads(curl(*login(pipelines), f"{url}/executions/search"))


def test_every_service_tells_its_health(pipelines: Pipelines) -> None:
    found = pipelines.environment
    assert json.loads(curl(f"{found['KESTRA_URL']}/health"))["status"] == "UP"
    assert json.loads(curl(f"{found['QDRANT_URL']}/collections"))["status"] == "ok"
    assert curl(f"{CLICKHOUSE.located(found)}/ping") == "Ok.\n"
    elastic = ["-u", f"{found['ES_USER']}:{found['ES_PASSWORD']}", f"{found['ELASTICSEARCH_URL']}/_cluster/health"]
    assert json.loads(curl(*elastic))["status"] in ("green", "yellow")
    assert pipelines.sql("SELECT 1") == [(1,)]


def test_make_flows_sends_everything_and_again_without_a_new_revision(pipelines: Pipelines) -> None:
    def revisions() -> int:
        url = f"{pipelines.environment['KESTRA_URL']}/api/v1/main/namespaces/com.flowio/files/revisions"
        return len(json.loads(curl(*login(pipelines), f"{url}?path=/ingestion/parse_csv.py")))

    def send() -> list[str]:
        command = [sys.executable, "-m", "workbook", "flows"]
        environment = {**os.environ, **pipelines.environment}
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, timeout=120)
        assert done.returncode == 0
        return done.stdout.splitlines()

    before = revisions()
    sent = send()
    again = send()
    for flow in (line.partition(":")[0] for line in sent[1:]):  # no trigger is to outlive the test
        assert pipelines.request("DELETE", f"/flows/{flow}").ok
    files = [*(ROOT / "flows").glob("*.yaml"), *(ROOT / "flows").glob("*.yml")]
    assert len(sent) == 1 + len(files)
    assert sent[0].startswith("com.flowio: ")
    assert any(line.startswith("com.flowio/s3-csv-ingestion: revision ") for line in sent)
    assert (again, revisions()) == (sent, before)
