"""Writes the official column of the cases in `official/{s3,scripts,serdes,compress,git,gcp,gcp_trigger}.json`.

Run it with the official plug-ins on the engine's class path:

    python -m tests.wire.kestra_tasks.record_official CLASS_PATH FAMILY...

CLASS_PATH is a file that names a jar or folder a line: the engine's artifacts and, built from their own repositories,
the plug-ins (plugin-aws, plugin-scripts, plugin-serdes and plugin-compress, sources of August 2026, and plugin-git
2.0.11, the last one for this version of Kestra). For `s3`, S3 is where AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY and AWS_REGION say: `python -m embedded run --only aws -- python -m ...`.

For `gcp` and `gcp_trigger` (plugin-gcp 2.11.0 and what it needs in the versions of Kestra's platform 1.3.31) the
stand-in of Google Cloud is started at Google's own port, 443, and their host names lead there.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import jpype
import yaml

from embedded.services.gcp import HEALTH, KEY_FILE
from embedded.services.gcp.certificate import NAMES, TRUSTSTORE, TRUSTSTORE_PASSWORD
from embedded.shared.loopback import http_ok
from tests.conformance.reference import TENANT, Reference
from tests.support.ports import free_port
from tests.support.waiting import eventually
from tests.wire.kestra_tasks import official_gcp, official_gcp_trigger
from tests.wire.kestra_tasks.official_flows import FOLDER, Case, cases, observe

AT_ONCE = 4
LOG_SECONDS = 5


class OfficialEngine:
    """The engine with the official plug-ins, in this process."""

    def __init__(self, folder: Path, class_path: list[str]) -> None:
        self._reference = Reference(folder, class_path)
        self._storage = folder / "storage" / TENANT

    def problems(self, flow: dict[str, Any]) -> str:
        return self._reference.validate(yaml.safe_dump(flow)) or ""

    def run(self, flow: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        self.create(flow)
        execution = self._reference.run(flow["namespace"], flow["id"], {}, [])
        if error := execution.get("error"):
            raise RuntimeError(f"{flow['id']}: {error}")
        failed = execution["state"]["current"] == "FAILED"
        return execution, self._errors(execution["id"]) if failed else []

    def content(self, address: str) -> bytes:
        return (self._storage / address.removeprefix("kestra:///")).read_bytes()

    def create(self, flow: dict[str, Any]) -> None:
        if error := self._reference.create(yaml.safe_dump(flow)):
            raise RuntimeError(error)

    def delete(self, flow: dict[str, Any]) -> None:
        self._reference.delete(flow["namespace"], flow["id"])

    def trigger(self, flow: dict[str, Any]) -> dict[str, Any]:
        triggers = self._reference.bean("io.kestra.core.repositories.TriggerRepositoryInterface")
        place = (flow["namespace"], flow["id"])
        found = self._parsed(triggers.find(self._page(), None, TENANT, *place, None))
        return found[0] if found else {}

    def executions(self, flow: dict[str, Any]) -> list[dict[str, Any]]:
        executions = self._reference.bean("io.kestra.core.repositories.ExecutionRepositoryInterface")
        return self._parsed(executions.findByFlowId(TENANT, flow["namespace"], flow["id"], self._page()))

    def errors(self, flow: dict[str, Any]) -> list[str]:
        logs = self._reference.bean("io.kestra.core.repositories.LogRepositoryInterface")
        lines = self._parsed(logs.findAllAsync(TENANT).collectList().block())
        own = [line for line in lines if line["flowId"] == flow["id"] and line["level"] == "ERROR"]
        return [line["message"] for line in sorted(own, key=lambda line: line["timestamp"])]

    def _page(self) -> Any:
        return jpype.JClass("io.micronaut.data.model.Pageable").UNPAGED

    def _parsed(self, values: Any) -> list[dict[str, Any]]:
        return [json.loads(self._reference.text(value)) for value in values]

    def _errors(self, execution_id: str) -> list[str]:
        """The log is written a moment after the state."""
        logs = self._reference.bean("io.kestra.core.repositories.LogRepositoryInterface")
        level = jpype.JClass("org.slf4j.event.Level").ERROR
        deadline = time.monotonic() + LOG_SECONDS
        while True:
            found = [str(line.getMessage()) for line in logs.findByExecutionId(TENANT, execution_id, level)]
            if found or time.monotonic() > deadline:
                return found
            time.sleep(0.1)


def record(engine: OfficialEngine, family: str) -> None:
    """Write what the official plug-ins give into the cases of a family."""
    seen = _observer(engine, family)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        observed = list(pool.map(lambda case: case | {"official": seen(case)}, cases(family)))
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in observed)
    (FOLDER / f"{family}.json").write_text(f"[\n{lines}\n]\n")


def _observer(engine: OfficialEngine, family: str) -> Callable[[Case], dict[str, Any]]:
    if family in GOOGLE_CLOUD:
        cloud = official_gcp.connect(dict(os.environ))
        return partial(GOOGLE_CLOUD[family].observe, engine, cloud=cloud)
    return partial(observe, engine, **(_s3() if family == "s3" else {}))


GOOGLE_CLOUD: dict[str, Any] = {"gcp": official_gcp, "gcp_trigger": official_gcp_trigger}


def _s3() -> dict[str, Any]:
    """A client, and the properties with which tasks reach the same place."""
    key, secret, region, endpoint = (os.environ[name] for name in CONNECTION)
    login = {"aws_access_key_id": key, "aws_secret_access_key": secret, "region_name": region}
    s3 = boto3.client("s3", endpoint_url=endpoint, **login)
    connection = {"accessKeyId": key, "secretKeyId": secret, "region": region, "endpointOverride": endpoint}
    return {"s3": s3, "connection": connection}


CONNECTION = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ENDPOINT_URL")


@contextmanager
def _google_cloud(folder: Path) -> Iterator[None]:
    """The stand-in, which the Java machine finds at Google's host names, with a certificate that it trusts."""
    port, home = free_port(), folder / "gcp"
    home.mkdir()
    address = f"http://127.0.0.1:{port}"
    settings = {"GCP_HOME": str(home), "GCP_PORT": str(port), "GCP_PROJECT_ID": "workbook-local"}
    process = subprocess.Popen(
        [sys.executable, "-m", "embedded.services.gcp"], env={**os.environ, **settings, "GCP_TLS_PORT": "443"}
    )
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 {' '.join(NAMES)} localhost {socket.gethostname()}\n")
    options = {
        "jdk.net.hosts.file": hosts,
        "javax.net.ssl.trustStore": home / TRUSTSTORE,
        "javax.net.ssl.trustStoreType": "PKCS12",
        "javax.net.ssl.trustStorePassword": TRUSTSTORE_PASSWORD,
    }
    os.environ |= settings | {
        "GCP_CREDS_FILE": str(home / KEY_FILE),
        "STORAGE_EMULATOR_HOST": address,
        "BIGQUERY_EMULATOR_HOST": address,
        "JAVA_TOOL_OPTIONS": " ".join(f"-D{name}={value}" for name, value in options.items()),
    }
    try:
        eventually(lambda: http_ok(port, HEALTH))
        yield
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Record the families that the command names."""
    class_path, *families = sys.argv[1:]
    folder = Path(tempfile.mkdtemp(prefix="official-"))
    with _google_cloud(folder) if GOOGLE_CLOUD.keys() & families else nullcontext():
        engine = OfficialEngine(folder, Path(class_path).read_text().split())
        for family in families:
            record(engine, family)
    sys.stdout.flush()
    os._exit(0)  # threads of Java's libraries would keep the process


if __name__ == "__main__":
    main()
