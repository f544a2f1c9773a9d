"""io.kestra.plugin.git: flows and namespace files from a repository, and into one."""

from pathlib import Path
from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Execution, Kestra, Task
from tests.wire.kestra_tasks.files import plain
from tests.wire.kestra_tasks.git_server import LOGIN, Repository, git, served

GIT = "io.kestra.plugin.git."


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "git")
    made.commit({"README.md": "read me"})
    return made


@pytest.fixture
def namespace(request: pytest.FixtureRequest) -> str:
    """A namespace of the test's own."""
    return "git." + "".join(letter for letter in request.node.name.lower() if letter.isalnum())


def source(id: str, namespace: str = "other", message: str = "hi") -> str:
    log = f"  - id: log\n    type: io.kestra.plugin.core.log.Log\n    message: {message}"
    return f"id: {id}\nnamespace: {namespace}\ntasks:\n{log}\n"


def save(kestra: Kestra, *sources: str) -> None:
    for text in sources:
        answer = kestra.request("POST", "/flows/import", files={"fileUpload": ("flow.yaml", text)})
        assert answer.status_code == 200, answer.text


def flows(kestra: Kestra, namespace: str) -> dict[str, int]:
    """The flows of a namespace and of those below it, with their revisions."""
    found = kestra.get("/flows/search", params={"namespace": namespace, "size": 100}).json()["results"]
    return {f"{flow['namespace'].removeprefix(namespace)}/{flow['id']}": flow["revision"] for flow in found}


def put(kestra: Kestra, namespace: str, path: str, text: str) -> None:
    files = {"fileContent": ("x", text.encode())}
    answer = kestra.request("POST", f"/namespaces/{namespace}/files", params={"path": path}, files=files)
    assert answer.status_code == 200, answer.text


def content(kestra: Kestra, namespace: str, path: str) -> str | None:
    answer = kestra.get(f"/namespaces/{namespace}/files", params={"path": path})
    return answer.text if answer.status_code == 200 else None


def task(kind: str, repository: Repository, **properties: Any) -> Task:
    return {"type": GIT + kind, "url": repository.url, **properties}


def rows(run: Execution, name: str) -> list[dict[str, Any]]:
    return [dict(row) for row in plain(run.kestra.ion(run.outputs()[name]))]


def states(run: Execution, name: str) -> dict[str, str]:
    return {row["gitPath"] or row.get("flowId") or row["kestraPath"]: row["syncState"] for row in rows(run, name)}


def test_flows_follow_the_repository(kestra: Kestra, repository: Repository, namespace: str) -> None:
    save(kestra, source("gone", namespace), source("kept", namespace + ".other"))
    repository.commit({"_flows/a.yml": source("a"), "_flows/sub/b.yml": source("b"), "_flows/.gitkeep": ""})
    sync = task("SyncFlows", repository, targetNamespace=namespace)
    dry = kestra.ok({**sync, "delete": True, "includeChildNamespaces": True, "dryRun": True})
    expected = {"_flows/a.yml": "ADDED", "_flows/sub/b.yml": "ADDED", "gone": "DELETED", "kept": "DELETED"}
    assert states(dry, "flows") == expected
    assert set(flows(kestra, namespace)) == {"/gone", ".other/kept"}
    assert states(kestra.ok(sync), "flows") == {"_flows/a.yml": "ADDED"}
    assert flows(kestra, namespace) == {"/a": 1, "/gone": 1, ".other/kept": 1}
    repository.commit({"_flows/a.yml": source("a", message="more")})
    run = kestra.ok({**sync, "delete": True, "includeChildNamespaces": True})
    assert states(run, "flows") == expected | {"_flows/a.yml": "UPDATED"}
    assert flows(kestra, namespace) == {"/a": 2, ".sub/b": 1}
    assert [row for row in rows(run, "flows") if row["flowId"] == "b"] == [
        {
            "gitPath": "_flows/sub/b.yml",
            "syncState": "ADDED",
            "flowId": "b",
            "namespace": namespace + ".sub",
            "revision": 1,
        }
    ]
    again = kestra.ok({**sync, "includeChildNamespaces": True})
    assert set(states(again, "flows").values()) == {"UNCHANGED"}


def test_a_flow_that_is_not_valid(kestra: Kestra, repository: Repository, namespace: str) -> None:
    repository.commit({"_flows/a.yml": source("a"), "_flows/bad.yml": "id: bad\nnamespace: x\ntasks: []\n"})
    sync = task("SyncFlows", repository, targetNamespace=namespace)
    assert "Invalid flow imported from Git (bad.yml)" in kestra.failure(sync)
    run = kestra.ok({**sync, "ignoreInvalidFlows": True})
    assert states(run, "flows").keys() == {"_flows/a.yml"}
    assert any("bad.yml" in line for line in run.logs("WARN"))


def test_a_folder_that_the_repository_does_not_have(kestra: Kestra, repository: Repository, namespace: str) -> None:
    sync = task("SyncFlows", repository, targetNamespace=namespace, gitDirectory="none")
    assert "'none' was not found in the git repository" in kestra.failure(sync)
    assert rows(kestra.ok({**sync, "failOnMissingDirectory": False}), "flows") == []
    assert "is a file" in kestra.failure({**sync, "gitDirectory": "README.md"})


def test_one_flow(kestra: Kestra, repository: Repository, namespace: str) -> None:
    repository.commit({"deep/a.yml": source("a")}, "side")
    sync = task("SyncFlow", repository, targetNamespace=namespace, flowPath="deep/a.yml", branch="side")
    assert kestra.ok({**sync, "dryRun": True}).outputs() == {"flowId": "a", "namespace": namespace, "revision": 1}
    assert flows(kestra, namespace) == {}
    kestra.ok(sync)
    assert flows(kestra, namespace) == {"/a": 1}
    assert "Flow file not found at path: none.yml" in kestra.failure({**sync, "flowPath": "none.yml"})


def test_namespace_files_follow_the_repository(kestra: Kestra, repository: Repository, namespace: str) -> None:
    put(kestra, namespace, "/gone.txt", "gone")
    put(kestra, namespace, "/a.txt", "old")
    repository.commit(
        {"_files/a.txt": "new", "_files/sub/b.txt": "b", "_files/c.log": "c", "_files/.kestraignore": "*.log"}
    )
    sync = task("SyncNamespaceFiles", repository, namespace=namespace)
    dry = states(kestra.ok({**sync, "delete": True, "dryRun": True}), "files")
    assert dry["_files/a.txt"] == "OVERWRITTEN"
    assert dry["_files/sub/b.txt"] == dry["_files/sub/"] == "ADDED"
    assert "_files/c.log" not in dry
    assert content(kestra, namespace, "/a.txt") == "old"
    kestra.ok(sync)
    assert [content(kestra, namespace, path) for path in ("/a.txt", "/sub/b.txt", "/gone.txt")] == ["new", "b", "gone"]
    again = states(kestra.ok({**sync, "delete": True}), "files")
    assert again["_files/a.txt"] == again["_files/sub/b.txt"] == "UNCHANGED"
    assert [path for path, state in again.items() if state == "DELETED" and path.endswith("gone.txt")]
    assert content(kestra, namespace, "/gone.txt") is None


def test_a_link_is_not_followed(kestra: Kestra, repository: Repository, namespace: str, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("outside")
    (repository.work / "_files").mkdir()
    (repository.work / "_files" / "link.txt").symlink_to(tmp_path / "outside.txt")
    repository.commit({"_files/a.txt": "a"})
    run = kestra.ok(task("SyncNamespaceFiles", repository, namespace=namespace))
    assert states(run, "files") == {"_files/a.txt": "ADDED"}


def test_flows_go_into_the_repository(kestra: Kestra, repository: Repository, namespace: str) -> None:
    repository.commit({"_flows/old.yml": source("old")})
    save(kestra, source("a", namespace), source("b", namespace + ".sub"), source("skipped", namespace))
    author = {"authorName": "Ada", "authorEmail": "ada@example.com"}
    push = task(
        "PushFlows", repository, sourceNamespace=namespace, targetNamespace="prod", flows=["a", "b", "old"], **author
    )
    dry = kestra.ok({**push, "dryRun": True})
    assert [(row["file"], row["additions"], row["deletions"]) for row in rows(dry, "flows")] == [
        ("_flows/a.yml", "+6", "-0"),
        ("_flows/old.yml", "+0", "-6"),
    ]
    assert "commitId" not in dry.outputs()
    assert "_flows/a.yml" not in repository.files()
    run = kestra.ok({**push, "includeChildNamespaces": True})
    assert repository.files() == {
        "README.md": "read me",
        "_flows/a.yml": source("a", "prod").strip(),
        "_flows/sub/b.yml": source("b", "prod.sub").strip(),
    }
    head = git(repository.bare, "log", "-1", "--format=%H|%an|%ae|%s", "main")
    assert head == f"{run.outputs()['commitId']}|Ada|ada@example.com|Add flows from {namespace} namespace"
    assert run.outputs()["commitURL"].endswith("/shared/commit/" + run.outputs()["commitId"])
    again = kestra.ok({**push, "includeChildNamespaces": True})
    assert rows(again, "flows") == []
    assert "No changes to commit. Skipping push." in again.logs("INFO")


def test_files_go_to_a_new_branch_over_http(kestra: Kestra, repository: Repository, namespace: str) -> None:
    put(kestra, namespace, "/a.txt", "a")
    put(kestra, namespace, "/sub/b.sql", "b")
    with served(repository.bare.parent) as address:
        push = {
            "type": GIT + "PushNamespaceFiles",
            "url": f"{address}/shared.git",
            "username": LOGIN[0],
            "password": LOGIN[1],
            "namespace": namespace,
            "branch": "fresh",
            "files": "**.sql",
            "gitDirectory": "sql",
            "commitMessage": "SQL of {{ flow.id }}",
        }
        run = kestra.ok(push)
    assert repository.files("fresh") == {"README.md": "read me", "sql/sub/b.sql": "b"}
    assert git(repository.bare, "log", "-1", "--format=%s", "fresh") == "SQL of flow"
    assert LOGIN[1] not in run.outputs()["commitURL"]


def test_an_empty_repository_gets_its_first_commit(kestra: Kestra, tmp_path: Path, namespace: str) -> None:
    empty = Repository(tmp_path / "git")
    put(kestra, namespace, "/a.txt", "a")
    kestra.ok(task("PushNamespaceFiles", empty, namespace=namespace, branch="first"))
    assert empty.files("first") == {"_files/a.txt": "a"}


def test_nothing_to_push(kestra: Kestra, repository: Repository, namespace: str) -> None:
    push = task("PushNamespaceFiles", repository, namespace=namespace)
    assert "No content to push - skipping Git operations." in kestra.ok(push).logs("INFO")
    assert "No Namespace Files matched" in kestra.failure({**push, "errorOnMissing": True})


def test_a_namespace_goes_into_the_repository_and_comes_back(
    kestra: Kestra, repository: Repository, namespace: str
) -> None:
    save(kestra, source("a", namespace), source("below", namespace + ".sub"))
    put(kestra, namespace, "/sub/b.sql", "b")
    both = task("NamespaceSync", repository, namespace=namespace, branch="main", gitDirectory="mono")
    author = {"authorName": "Ada", "authorEmail": "ada@example.com"}
    run = kestra.ok({**both, **author})
    flow, file = f"mono/{namespace}/flows/a.yaml", f"mono/{namespace}/files/sub/b.sql"
    assert repository.files() == {"README.md": "read me", flow: source("a", namespace).strip(), file: "b"}
    assert rows(run, "diff") == [
        {"file": name, "additions": lines, "deletions": 0, "changes": 0} for name, lines in ((file, 1), (flow, 6))
    ]
    head = git(repository.bare, "log", "-1", "--format=%H|%an|%s", "main")
    assert head == f"{run.outputs()['commitId']}|Ada|Namespace sync from Kestra"
    assert "commitId" not in kestra.ok(both).outputs()
    git(repository.work, "pull", "-q", "origin", "main")
    repository.commit({flow: source("a", namespace, "more"), file: None, file.replace("b.", "c."): "c"})
    back = kestra.ok({**both, "sourceOfTruth": "GIT"})
    assert {row["key"].removeprefix(namespace): row["action"] for row in changes(back)} == {
        ":a": "UPDATED_KES",
        ":sub/b.sql": "DELETED_KES",
        ":sub/c.sql": "ADDED",
    }
    assert flows(kestra, namespace) == {"/a": 2, ".sub/below": 1}
    assert [content(kestra, namespace, f"/sub/{name}.sql") for name in "bc"] == [None, "c"]


def test_a_flow_that_is_not_valid_stops_the_whole(kestra: Kestra, repository: Repository, namespace: str) -> None:
    folder = f"{namespace}/flows"
    repository.commit({f"{folder}/z.yml": "id: z\ntasks: []\n", f"{folder}/a.yml": source("a", namespace)})
    sync = task("NamespaceSync", repository, namespace=namespace, branch="main", sourceOfTruth="GIT")
    assert f"Invalid syntax for FLOW {namespace}:z" in kestra.failure(sync)
    assert flows(kestra, namespace) == {}
    assert any("z couldn't be synced" in line for line in kestra.ok({**sync, "onInvalidSyntax": "WARN"}).logs("WARN"))
    assert flows(kestra, namespace) == {"/a": 1}


def test_the_flow_that_runs_may_be_deleted(kestra: Kestra, repository: Repository, namespace: str) -> None:
    sync = task("NamespaceSync", repository, namespace=namespace, branch="main", sourceOfTruth="GIT")
    flow = {"id": "runs", "namespace": namespace, "tasks": [{"id": "sync", **sync}]}
    kestra.wait(kestra.start_flow(flow), "SUCCESS")
    assert flows(kestra, namespace) == {}


def test_a_link_of_the_repository_is_no_file_of_the_namespace(
    kestra: Kestra, repository: Repository, namespace: str, tmp_path: Path
) -> None:
    (tmp_path / "outside.txt").write_text("outside")
    folder = repository.work / namespace / "files"
    folder.mkdir(parents=True)
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    repository.commit({f"{namespace}/files/a.txt": "a"})
    run = kestra.ok(task("NamespaceSync", repository, namespace=namespace, branch="main", sourceOfTruth="GIT"))
    assert [row["key"] for row in changes(run)] == [f"{namespace}:a.txt"]


def changes(run: Execution) -> list[dict[str, Any]]:
    """The rows of what a sync of a namespace changed in Kestra, which are one list."""
    [listed] = plain(run.kestra.ion(run.outputs()["diff"]))
    return listed


def test_output_files_go_into_the_repository(kestra: Kestra, repository: Repository) -> None:
    make = {
        "id": "make",
        "type": "io.kestra.plugin.scripts.shell.Commands",
        "commands": ["mkdir day", "echo 1 > day/report.csv", "echo 2 > note.txt"],
        "outputFiles": ["**"],
    }
    push = task("PushExecutionFiles", repository, id="push", files=["*.csv"])
    named = {"for-{{ flow.id }}.txt": "{{ outputs.make.outputFiles['note.txt'] }}"}
    other = task("PushExecutionFiles", repository, id="other", filesMap=named, gitDirectory="notes")
    run = kestra.ok(make, push, other)
    assert repository.files() == {"README.md": "read me", "_outputs/day/report.csv": "1", "notes/for-flow.txt": "2"}
    assert git(repository.bare, "log", "-1", "--format=%s", "main") == f"Add files from execution {run.execution['id']}"
    outside = task("PushExecutionFiles", repository, filesMap={"../../x": "{{ outputs.make.outputFiles['note.txt'] }}"})
    assert "leads out of the folder" in kestra.failure(make, outside)


TYPES = ["SyncFlows", "SyncFlow", "SyncNamespaceFiles", "PushFlows", "PushNamespaceFiles", "PushExecutionFiles"]


@pytest.mark.parametrize("kind", [*TYPES, "NamespaceSync"])
def test_the_properties_are_checked(kestra: Kestra, repository: Repository, kind: str) -> None:
    assert "colour" in kestra.problems(task(kind, repository, colour="red"))
    if kind == "NamespaceSync":
        assert "branch: must not be null" in kestra.problems(task(kind, repository, namespace="x"))
        assert "commitMessage" in kestra.problems(task(kind, repository, commitMessage="x"))  # as officially
    if kind in ("SyncFlows", "SyncFlow"):
        assert "targetNamespace: must not be null" in kestra.problems(task(kind, repository))
