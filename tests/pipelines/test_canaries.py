"""Passwords of a whole stack after a load: who needs one knows it, and it lies nowhere else."""

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from embedded.shared.processes import OWNER
from tests.pipelines.client import SERVICES, Pipelines
from tests.pipelines.conftest import SECRETS

FLOW = "s3-csv-ingestion"


@pytest.fixture(scope="module", autouse=True)
def loaded(pipelines: Pipelines) -> Iterator[None]:
    pipelines.import_flow(FLOW)
    pipelines.put("tests/canaries.csv", pipelines.sample(100))
    assert pipelines.run(FLOW, s3_key="tests/canaries.csv", table_name="canaries").state == "SUCCESS"
    yield
    pipelines.remove_flow(FLOW)


def services_of(pipelines: Pipelines, text: str) -> set[str]:
    """The services whose secrets are in a text."""
    return {
        service
        for service, secrets in SECRETS.items()
        if any(pipelines.environment.get(secret, "\0") in text for secret in secrets)
    }


def test_a_process_knows_the_secrets_of_its_own_service_only(pipelines: Pipelines) -> None:
    """Kestra knows those that flows use; what it starts for them is tried where script tasks are."""
    seen = set()
    for process in psutil.process_iter():
        try:
            owner = process.environ().get(OWNER, "")
            text = "\n".join([*process.environ().values(), *process.cmdline()])
        except psutil.Error:
            continue
        home, _, service = owner.rpartition(":")
        if home == pipelines.environment["EMBEDDED_HOME"] and service != "kestra":
            seen.add(service)
            assert services_of(pipelines, text) <= {service}, (service, process.cmdline())
    assert {*SERVICES} - seen == {"kestra"}


def test_no_secret_lies_in_a_file_or_a_log(pipelines: Pipelines) -> None:
    found = {}
    for variable in ("EMBEDDED_HOME", "KESTRA_STORAGE"):
        for folder, _, names in os.walk(pipelines.environment[variable]):
            for path in (Path(folder, name) for name in names):
                if path.is_file() and (services := services_of(pipelines, path.read_bytes().decode(errors="replace"))):
                    found[str(path)] = services
    assert found == {}
