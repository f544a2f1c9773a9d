"""Flows as users publish them, one for a family of task types: each is run, and its result is looked at.

A flow is a file of `public_flows`; a line of FLOWS says what must come of it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.wire.kestra_tasks.client import END_STATES, Execution, Kestra
from tests.wire.kestra_tasks.files import plain
from tests.wire.kestra_tasks.git_server import Repository

FOLDER = Path(__file__).parent / "public_flows"


@dataclass(frozen=True)
class Case:
    """What a flow needs, and what comes of it.

    Parameters:
        result: what is looked at, given the execution; what it needs besides is in its closure.
        expected: what that must be.
        prepare: makes what the flow needs in an empty folder, and returns the flow's inputs.
    """

    result: Callable[[Execution], Any]
    expected: Any
    prepare: Callable[[Kestra, Path], dict[str, str]] = field(default=lambda kestra, folder: {})


def text(task: str, output: str = "uri") -> Callable[[Execution], str]:
    """Takes the text of the file that a task made."""
    return lambda run: run.kestra.text(run.outputs(task)[output])


def output(task: str, name: str) -> Callable[[Execution], Any]:
    """Takes an output."""
    return lambda run: run.outputs(task)[name]


def flow_text(id: str, namespace: str = "x") -> str:
    log = "  - id: log\n    type: io.kestra.plugin.core.log.Log\n    message: hi\n"
    return f"id: {id}\nnamespace: {namespace}\ntasks:\n{log}"


def with_scripts(kestra: Kestra, folder: Path) -> dict[str, str]:
    repository = Repository(folder / "git")
    repository.commit(
        {
            "scripts/report.sh": "echo the report",
            "flows/one.yml": flow_text("one"),
            "flows/sub/two.yml": flow_text("two"),
        }
    )
    return {"repository": repository.url}


def with_flows(kestra: Kestra, folder: Path) -> dict[str, str]:
    repository = Repository(folder / "git")
    repository.commit({"flows/old.yml": flow_text("old"), "README.md": "kept"})
    source = flow_text("kept", "company.pushed")
    assert kestra.request("POST", "/flows/import", files={"fileUpload": ("f.yaml", source)}).status_code == 200
    place = {"path": "/sub/a.txt"}
    files = {"fileContent": ("a.txt", b"content")}
    answer = kestra.request("POST", "/namespaces/company.pushed/files", params=place, files=files)
    assert answer.status_code == 200, answer.text
    return {"repository": repository.url}


def rows(run: Execution, task: str, name: str) -> list[dict[str, Any]]:
    return [dict(row) for row in plain(run.kestra.ion(run.outputs(task)[name]))]


def pushed(run: Execution) -> Any:
    url = run.execution["inputs"]["repository"].removeprefix("file://")
    repository = Repository.__new__(Repository)
    repository.bare = Path(url)
    return repository.files()


FLOWS = {
    "csv": Case(text("result"), "product,mean\ncoffee,4.0\ntea,3.0\n"),
    "json": Case(lambda run: sorted(task["outputs"]["value"] for task in greetings(run)), ["ada", "bob", "eve"]),
    "parquet": Case(
        lambda run: [str(run.outputs("total")["row"][name]) for name in ("total", "notes")], ["19.75", "1"]
    ),
    "avro": Case(
        lambda run: json.loads(text("result")(run)),
        [{"id": 1, "kind": "click", "at": {"x": 10, "y": 20}}, {"id": 2, "kind": "key", "keys": ["a", "b"]}],
    ),
    "excel": Case(text("result"), "name,price,since\ntea,2.5,2026-01-01\ncoffee,4.0,2026-02-01\n"),
    "archive": Case(output("result", "value"), "south is fine, north is fine"),
    "compression": Case(output("rows", "size"), 1),
    "git_clone": Case(
        lambda run: run.kestra.text(run.outputs("script")["outputFiles"]["report.txt"]), "the report\n", with_scripts
    ),
    "git_sync": Case(
        lambda run: [
            [(row["gitPath"], row["syncState"]) for row in rows(run, task, task if task == "flows" else "files")]
            for task in ("flows", "scripts")
        ],
        [[("flows/one.yml", "ADDED"), ("flows/sub/two.yml", "ADDED")], [("scripts/report.sh", "ADDED")]],
        with_scripts,
    ),
    "git_push": Case(
        pushed,
        {
            "README.md": "kept",
            "files/sub/a.txt": "content",
            "flows/kept.yml": flow_text("kept", "company.prod").strip(),
        },
        with_flows,
    ),
}
"""What comes of each flow."""


def greetings(run: Execution) -> list[dict[str, Any]]:
    return [task for task in run.execution["taskRunList"] if task["taskId"] == "greet"]


def test_each_flow_has_a_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(FLOWS)


@pytest.mark.parametrize("name", FLOWS)
def test_public_flow(kestra: Kestra, tmp_path: Path, name: str) -> None:
    case = FLOWS[name]
    inputs = case.prepare(kestra, tmp_path)
    source = (FOLDER / f"{name}.yaml").read_text()
    answer = kestra.request("POST", "/flows/import", files={"fileUpload": ("flow.yaml", source)})
    assert answer.status_code == 200, answer.text
    flow = yaml.safe_load(source)
    form = {"files": {key: (None, value) for key, value in (inputs or {"none": ""}).items()}}
    answer = kestra.request("POST", f"/executions/{flow['namespace']}/{flow['id']}", **form)
    assert answer.status_code == 200, answer.text
    run = kestra.wait(Execution(kestra, answer.json()), *END_STATES)
    assert run.state == "SUCCESS", run.logs()
    assert case.result(run) == case.expected
