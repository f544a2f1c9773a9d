"""The curl lines of the pipelines' documentation, by curl."""

import json
import subprocess
from collections.abc import Iterator

import pytest

from catalog.services.clickhouse import CLICKHOUSE
from tests.pipelines.lab import STORES, Content, Lab

FLOW = "s3-csv-ingestion"


@pytest.fixture(scope="module", autouse=True)
def imported(lab: Lab) -> Iterator[None]:
    lab.import_flow(FLOW)
    yield
    lab.remove_flow(FLOW)


def curl(*arguments: str) -> str:
    done = subprocess.run(["curl", "-sS", *arguments], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def login(lab: Lab) -> list[str]:
    return ["-u", f"{lab.environment['KESTRA_USERNAME']}:{lab.environment['KESTRA_PASSWORD']}"]


def test_the_workflow_is_executed_with_inputs_as_json(lab: Lab) -> None:
    url = f"{lab.environment['KESTRA_URL']}/api/v1/executions/trigger/com.flowio/s3-csv-ingestion"
    body = '{"inputs": {"table_name": "my_metrics"}}'
    answer = curl("-X", "POST", "-H", "Content-Type: application/json", *login(lab), "-d", body, url)
    run = lab.ended(json.loads(answer)["id"])
    assert (run.state, run.execution["inputs"]["table_name"]) == ("SUCCESS", "my_metrics")
    assert lab.contents("my_metrics") == dict.fromkeys(STORES, lab.manifest(15_120))
    assert lab.contents("my_metrics")["qdrant"] != Content(0, 0)


def test_flows_and_executions_are_listed(lab: Lab) -> None:
    url = f"{lab.environment['KESTRA_URL']}/api/v1"
    flows = json.loads(curl(*login(lab), f"{url}/flows/search?namespace=com.flowio"))
    assert FLOW in [flow["id"] for flow in flows["results"]]
    assert "results" in json.loads(curl(*login(lab), f"{url}/executions/search"))


def test_every_service_tells_its_health(lab: Lab) -> None:
    found = lab.environment
    assert json.loads(curl(f"{found['KESTRA_URL']}/health"))["status"] == "UP"
    assert json.loads(curl(f"{found['QDRANT_URL']}/collections"))["status"] == "ok"
    assert curl(f"{CLICKHOUSE.located(found)}/ping") == "Ok.\n"
    elastic = ["-u", f"{found['ES_USER']}:{found['ES_PASSWORD']}", f"{found['ELASTICSEARCH_URL']}/_cluster/health"]
    assert json.loads(curl(*elastic))["status"] in ("green", "yellow")
    assert lab.sql("SELECT 1") == [(1,)]
