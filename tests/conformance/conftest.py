"""The engine here, and what the reference says of the same flows."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from embedded.services.kestra.artifacts import engine_jars
from tests.conformance import corpus, reference
from tests.conformance.corpus import CorpusFlow
from tests.conformance.left_out import RUNS
from tests.support.stack import own_stack

REFERENCE_SECONDS = 600
YAML = {"Content-Type": "application/x-yaml"}
EMPTY_FORM = {"Content-Type": "multipart/form-data; boundary=end"}


@dataclass(frozen=True)
class Results:
    """What an engine says of Kestra's own flows, by the flow's name.

    Attributes:
        wrong: what is wrong in it, or None.
        created: what went wrong when it was created, or None.
        executions: JSON of its execution.
    """

    wrong: dict[str, str | None]
    created: dict[str, str | None]
    executions: dict[str, dict[str, Any]]


def created_flows() -> list[CorpusFlow]:
    """The flows that an engine without test-only types takes."""
    return [flow for flow in corpus.flows() if _is_valid(flow) and not flow.types & corpus.test_types()]


def run_flows() -> list[CorpusFlow]:
    """The flows that are run."""
    return [flow for flow in created_flows() if flow.name not in RUNS]


def _is_valid(flow: CorpusFlow) -> bool:
    return flow.name.startswith(("flows/valids", "sanity-checks"))


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """A running stack with Kestra alone."""
    with own_stack(tmp_path_factory.mktemp("here"), "kestra") as variables:
        yield variables


@pytest.fixture(scope="session")
def flows_to_run(request: pytest.FixtureRequest) -> list[CorpusFlow]:
    """The flows that the chosen tests run: none if those are left out, as running takes minutes."""
    return run_flows() if any(item.get_closest_marker("slow") for item in request.session.items) else []


@pytest.fixture(scope="session")
def there(tmp_path_factory: pytest.TempPathFactory, flows_to_run: list[CorpusFlow]) -> Results:
    """What the reference says. Nothing else of the suite runs meanwhile, as flows with a time limit are among them."""
    folder = tmp_path_factory.mktemp("there")
    with _reference(folder, flows_to_run) as process:
        assert process.wait(REFERENCE_SECONDS) == 0, (folder / "log").read_text()
        said = json.loads((folder / "result.json").read_text())
    names = [flow.name for flow in corpus.flows()], [flow.name for flow in created_flows()]
    return Results(
        dict(zip(names[0], said["validate"], strict=True)),
        dict(zip(names[1], said["create"], strict=True)),
        dict(zip([flow.name for flow in flows_to_run], said["run"], strict=True)),
    )


@contextmanager
def _reference(folder: Path, flows_to_run: list[CorpusFlow]) -> Iterator[subprocess.Popen[bytes]]:
    job = {
        "validate": [flow.source for flow in corpus.flows()],
        "create": [flow.source for flow in created_flows()],
        "run": [
            {"namespace": flow.namespace, "flow": flow.flow_id, "inputs": flow.inputs(), "files": sorted(flow.files())}
            for flow in flows_to_run
        ],
    }
    (folder / "job.json").write_text(json.dumps(job))
    files = [folder / "job.json", folder / "result.json", folder]
    command = [sys.executable, reference.__file__, *map(str, [*files, *engine_jars()])]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def here(there: Results, environment: Mapping[str, str], flows_to_run: list[CorpusFlow]) -> Results:
    """What the engine here says, over its API."""
    api = Api(environment)
    wrong = {flow.name: api.wrong(flow) for flow in corpus.flows()}
    created = {flow.name: api.create(flow) for flow in created_flows()}
    with ThreadPoolExecutor(reference.AT_ONCE) as pool:
        executions = list(pool.map(api.run, flows_to_run))
    return Results(wrong, created, dict(zip([flow.name for flow in flows_to_run], executions, strict=True)))


class Api:
    """The API of the stack."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._auth = (environment["KESTRA_USERNAME"], environment["KESTRA_PASSWORD"])
        self._url = environment["KESTRA_URL"] + "/api/v1/main"

    def wrong(self, flow: CorpusFlow) -> str | None:
        """What is wrong in a flow, or None."""
        answer = self._call("POST", "/flows/validate", data=flow.source.encode(), headers=YAML)
        return answer.text if answer.status_code != 200 else answer.json()[0].get("constraints")

    def create(self, flow: CorpusFlow) -> str | None:
        """Create a flow; gives what went wrong."""
        answer = self._call("POST", "/flows", data=flow.source.encode(), headers=YAML)
        return None if answer.ok else answer.json()["message"]

    def run(self, flow: CorpusFlow) -> dict[str, Any]:
        """Run a flow; gives its execution as the reference does."""
        inputs, files = flow.inputs(), flow.files()
        form = {
            name: ("file.txt", str(value)) if name in files else (None, str(value)) for name, value in inputs.items()
        }
        # A form even if it is empty: without one, a flow called `labels` would be taken for the labels of an execution.
        body = {"files": form} if form else {"data": "--end--\r\n", "headers": EMPTY_FORM}
        answer = self._call("POST", f"/executions/{flow.namespace}/{flow.flow_id}", **body)
        return {"error": answer.text} if not answer.ok else self._ended(answer.json()["id"])

    def _ended(self, execution_id: str) -> dict[str, Any]:
        def find() -> dict[str, Any] | None:
            answer = self._call("GET", f"/executions/{execution_id}")
            return answer.json() if answer.ok else None

        return reference.ended(find)

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(method, self._url + path, auth=self._auth, timeout=60, **options)
