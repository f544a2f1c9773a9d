"""The curl lines of the pipelines' documentation, by curl."""

import json
import subprocess
from collections.abc import Iterator

import pytest

from catalog.services.clickhouse import CLICKHOUSE
from tests.pipelines.client import STORES, Content, Pipelines

FLOW = "s3-csv-ingestion"


@pytest.fixture(scope="module", autouse=True)
def imported(pipelines: Pipelines) -> Iterator[None]:
    pipelines.import_flow(FLOW)
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
