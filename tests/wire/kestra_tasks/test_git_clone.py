"""io.kestra.plugin.git.Clone."""

from pathlib import Path
from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Execution, Kestra, Task
from tests.wire.kestra_tasks.git_server import LOGIN, Repository, git, served

CLONE = "io.kestra.plugin.git.Clone"
GROUP = "io.kestra.plugin.core.flow.WorkingDirectory"
KEY = "-----BEGIN EC PRIVATE KEY-----\nbm90IGEga2V5\n-----END EC PRIVATE KEY-----\n"
"""No key: its content is a text."""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "git")
    made.commit({"a.txt": "first"})
    git(made.work, "tag", "v1")
    git(made.work, "tag", "-a", "-m", "second", "v1-annotated")
    git(made.work, "push", "-q", "--tags")
    made.commit({"a.txt": "second", "sub/b.txt": "b"})
    made.commit({"c.txt": "of the branch"}, "side")
    git(made.work, "checkout", "-q", "main")
    return made


def cloned(
    kestra: Kestra, url: str, *commands: str, files: dict[str, str] | None = None, **properties: Any
) -> Execution:
    """A group of tasks that clones and then runs commands in the same folder."""
    clone = {"id": "clone", "type": CLONE, "url": url, **properties}
    shell = {"id": "shell", "type": "io.kestra.plugin.scripts.shell.Commands", "commands": list(commands)}
    group: Task = {"type": GROUP, "tasks": [clone, shell], **({"inputFiles": files} if files else {})}
    return kestra.ok(group)


def failure(kestra: Kestra, **properties: Any) -> str:
    """What the log tells of a clone that fails: the problem, and what it comes from."""
    run = kestra.run({"type": CLONE, **properties})
    assert run.state == "FAILED"
    return "\n".join(run.logs("ERROR"))


def lines(run: Execution) -> set[str]:
    return set(run.logs("INFO"))


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, "second"),
        ({"tag": "v1"}, "first"),
        ({"tag": "v1-annotated"}, "first"),
        ({"branch": "main", "cloneAllBranches": False}, "second"),
        ({"noTags": True}, "second"),
        ({"directory": "deep/er"}, "second"),
    ],
)
@pytest.mark.parametrize("files", [None, {"own.txt": "own"}])
def test_what_is_cloned(
    kestra: Kestra, repository: Repository, properties: dict[str, Any], expected: str, files: dict[str, str] | None
) -> None:
    folder = properties.get("directory", ".")
    run = cloned(kestra, repository.url, f"cat {folder}/a.txt; echo", files=files, **properties)
    assert expected in lines(run)
    assert run.outputs("clone")["directory"].endswith(folder.removeprefix("."))


def test_a_branch(kestra: Kestra, repository: Repository) -> None:
    for files in (None, {"own.txt": "own"}):
        run = cloned(kestra, repository.url, "cat c.txt; echo", "cat .git/HEAD", branch="side", files=files)
        assert {"of the branch", "ref: refs/heads/side"} <= lines(run)


def test_a_commit_by_its_short_name(kestra: Kestra, repository: Repository) -> None:
    first = git(repository.work, "rev-parse", "v1")
    run = cloned(kestra, repository.url, "cat a.txt; echo", "cat .git/HEAD", commit=first[:8])
    assert {"first", first} <= lines(run)


def test_the_depth_is_that_of_the_property(kestra: Kestra, repository: Repository) -> None:
    count = "git rev-list --count HEAD"
    assert "1" in lines(cloned(kestra, repository.url, count))
    assert "2" in lines(cloned(kestra, repository.url, count, depth=2))
    assert "2" in lines(cloned(kestra, repository.url, count, commit=git(repository.work, "rev-parse", "main")))


def test_submodules(kestra: Kestra, repository: Repository, tmp_path: Path) -> None:
    part = Repository(tmp_path / "part")
    part.commit({"part.txt": "of the part"})
    git(repository.work, "submodule", "add", "-q", part.url, "part")
    repository.commit({"a.txt": "third"})
    show = "cat part/part.txt 2>/dev/null || echo none"
    assert "of the part" in lines(cloned(kestra, repository.url, show + "; echo", cloneSubmodules=True))
    assert "none" in lines(cloned(kestra, repository.url, show))


def test_settings_of_git(kestra: Kestra, repository: Repository) -> None:
    settings = {"core.fileMode": False, "user.name": "Somebody", "branch.main.note": 3}
    run = cloned(kestra, repository.url, "cat .git/config", gitConfig=settings)
    found = {line.strip().lower() for line in lines(run)}
    assert {"filemode = false", "name = somebody", "note = 3"} <= found


def test_a_log_in(kestra: Kestra, repository: Repository) -> None:
    with served(repository.bare.parent) as address:
        login: dict[str, Any] = {"username": LOGIN[0], "password": LOGIN[1]}
        assert "second" in lines(cloned(kestra, f"{address}/shared.git", "cat a.txt; echo", **login))
        wrong: dict[str, Any]
        for wrong in ({}, {**login, "password": "other"}):
            error = failure(kestra, url=f"{address}/shared.git", **wrong)
            assert "not authorized" in error or "Authentication is required" in error
            assert "other" not in error


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"branch": "none"}, "none"),
        ({"tag": "none"}, "Cannot resolve tag: none"),
        ({"commit": "0123456"}, "Failed to checkout commit 0123456"),
        ({"cloneAllBranches": False}, "`branch` must be set"),
        ({"tag": "v1", "noTags": True}, "`tag` cannot be used with `noTags: true`"),
        ({"privateKey": KEY}, "`privateKey` cannot be read"),
        ({"privateKey": "no key"}, "`privateKey` is no private key"),
        ({"directory": "../out"}, "inside the current working directory"),
        ({"trustedCaPemPath": "/none.pem"}, "/none.pem"),
    ],
)
def test_what_cannot_be_cloned(
    kestra: Kestra, repository: Repository, properties: dict[str, Any], message: str
) -> None:
    assert message in failure(kestra, url=repository.url, **properties)


def test_a_repository_that_is_not_there(kestra: Kestra, tmp_path: Path) -> None:
    assert "none.git" in failure(kestra, url=f"file://{tmp_path}/none.git")


def test_the_properties_are_checked(kestra: Kestra) -> None:
    assert "url: must not be null" in kestra.problems({"type": CLONE})
    assert "colour" in kestra.problems({"type": CLONE, "url": "x", "colour": "red"})
