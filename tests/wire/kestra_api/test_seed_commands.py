"""The commands that the seed documents tell a learner to type, run by a real curl; only host and port are other."""

import json
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.wire.kestra_api.client import Api, Server

IMPORT_04 = """
curl -X POST -u 'admin@kestra.io:Admin1234' \\
  http://localhost:8080/api/v1/flows/import \\
  -F fileUpload=@flows/04_postgres_taxi.yaml
"""
IMPORT_01 = (
    "curl -X POST -u 'admin@kestra.io:Admin1234' http://localhost:8080/api/v1/flows/import "
    "-F fileUpload=@flows/01_hello_world.yaml"
)
TRIGGER = """
curl -X POST \\
  -H "Content-Type: application/json" \\
  -u "admin:admin" \\
  -d '{"inputs": {"table_name": "my_metrics"}}' \\
  http://localhost:8080/api/v1/executions/trigger/com.flowio/s3-csv-ingestion
"""
HEALTH = "curl http://localhost:8080/health"
INGESTION = """
id: s3-csv-ingestion
namespace: com.flowio
inputs:
  - {id: table_name, type: STRING, defaults: metrics}
tasks:
  - {id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.table_name }}"}
"""
FLOW = """\
id: {id}
namespace: zoomcamp
tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: Hello
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "flows").mkdir()
    for name in ("01_hello_world", "04_postgres_taxi"):
        (tmp_path / "flows" / f"{name}.yaml").write_text(FLOW.format(id=name))
    return tmp_path


def run(command: str, server: Server, folder: Path) -> tuple[int, str]:
    """The status and the body that the command gets."""
    words = shlex.split(command.replace("http://localhost:8080", server.url).replace("\\\n", " "))
    words += ["-s", "-w", "\n%{http_code}"]
    answer = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True, timeout=30)
    body, _, status = answer.stdout.rpartition("\n")
    return int(status), body


@pytest.mark.parametrize(("command", "flow"), [(IMPORT_01, "01_hello_world"), (IMPORT_04, "04_postgres_taxi")])
def test_flows_are_imported(api: Api, server: Server, folder: Path, command: str, flow: str) -> None:
    assert run(command, server, folder) == (200, "[]")
    assert api.get(f"/flows/zoomcamp/{flow}").json()["id"] == flow


def test_without_the_password_nothing_is_imported(server: Server, folder: Path) -> None:
    status, body = run(IMPORT_04.replace("-u 'admin@kestra.io:Admin1234'", ""), server, folder)
    assert (status, json.loads(body)["status"]) == (401, 401)


def test_an_execution_is_triggered(api: Api, server: Server, folder: Path) -> None:
    """The first seed's `admin:admin` breaks Kestra's own rule for passwords, so this server's pair stands for it."""
    api.flow(INGESTION)
    assert run(TRIGGER, server, folder)[0] == 401
    status, body = run(TRIGGER.replace("admin:admin", "admin@kestra.io:Admin1234"), server, folder)
    assert status == 200, body
    done = api.until(json.loads(body)["id"], "SUCCESS")
    assert done["inputs"] == {"table_name": "my_metrics"}
    assert done["taskRunList"][0]["outputs"]["value"] == "my_metrics"


def test_health_is_checked(server: Server, folder: Path) -> None:
    assert run(HEALTH, server, folder) == (200, '{"status": "UP"}')
