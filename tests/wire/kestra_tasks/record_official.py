"""Writes the official column of `official/s3.json` and `official/scripts.json`.

Run it with the official plug-ins on the engine's class path, and S3 at hand:

    python -m tests.wire.kestra_tasks.record_official CLASS_PATH FAMILY...

CLASS_PATH is a file that names a jar or folder a line: the engine's artifacts and, built from their own repositories,
the plug-ins (plugin-aws and plugin-scripts, sources of August 2026). S3 is where AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY and AWS_REGION say: `python -m embedded run --only aws -- python -m ...`.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import boto3
import jpype
import yaml

from tests.conformance.reference import TENANT, Reference
from tests.wire.kestra_tasks.official_flows import FOLDER, cases, observe

LOG_SECONDS = 5


class OfficialEngine:
    """The engine with the official plug-ins, in this process."""

    def __init__(self, folder: Path, class_path: list[str]) -> None:
        self._reference = Reference(folder, class_path)
        self._storage = folder / "storage" / TENANT

    def problems(self, flow: dict[str, Any]) -> str:
        return self._reference.validate(yaml.safe_dump(flow)) or ""

    def run(self, flow: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        if error := self._reference.create(yaml.safe_dump(flow)):
            raise RuntimeError(error)
        execution = self._reference.run(flow["namespace"], flow["id"], {}, [])
        failed = execution["state"]["current"] == "FAILED"
        return execution, self._errors(execution["id"]) if failed else []

    def text(self, address: str) -> str:
        return (self._storage / address.removeprefix("kestra:///")).read_text()

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
    key, secret, region, endpoint = (os.environ[name] for name in CONNECTION)
    login = {"aws_access_key_id": key, "aws_secret_access_key": secret, "region_name": region}
    s3 = boto3.client("s3", endpoint_url=endpoint, **login)
    connection = {"accessKeyId": key, "secretKeyId": secret, "region": region, "endpointOverride": endpoint}
    recorded = [case | {"official": observe(engine, case, s3, connection)} for case in cases(family)]
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in recorded)
    (FOLDER / f"{family}.json").write_text(f"[\n{lines}\n]\n")


CONNECTION = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ENDPOINT_URL")


def main() -> None:
    """Record the families that the command names."""
    class_path, *families = sys.argv[1:]
    folder = Path(tempfile.mkdtemp(prefix="official-"))
    engine = OfficialEngine(folder, Path(class_path).read_text().split())
    for family in families:
        record(engine, family)
    sys.stdout.flush()
    os._exit(0)  # threads of Java's libraries would keep the process


if __name__ == "__main__":
    main()
