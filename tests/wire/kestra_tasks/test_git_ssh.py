"""io.kestra.plugin.git over SSH: a key of the task's own logs in to a real server."""

from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.wire.kestra_tasks.client import Kestra
from tests.wire.kestra_tasks.git_server import Repository
from tests.wire.kestra_tasks.ssh_server import served

CLONE = "io.kestra.plugin.git.Clone"
GROUP = "io.kestra.plugin.core.flow.WorkingDirectory"
FILES = {"id": "files", "type": "io.kestra.plugin.core.storage.LocalFiles", "outputs": ["a.txt"]}
PASSPHRASE = "harmless"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "git")
    made.commit({"a.txt": "over SSH"})
    return made


def clone(kestra: Kestra, address: str, key: str, **properties: Any) -> str:
    """The text of the repository's file, cloned with a key."""
    task = {"id": "clone", "type": CLONE, "url": f"{address}/shared.git", "privateKey": key, **properties}
    run = kestra.ok({"type": GROUP, "tasks": [task, FILES]})
    return kestra.text(run.outputs("files")["uris"]["a.txt"])


@pytest.mark.parametrize("algorithm", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
def test_a_key_logs_in(kestra: Kestra, repository: Repository, algorithm: str) -> None:
    key = asyncssh.generate_private_key(algorithm)
    with served(repository.bare.parent, key.export_public_key().decode()) as address:
        assert clone(kestra, address, key.export_private_key().decode()) == "over SSH"


def test_a_key_with_a_passphrase_logs_in(kestra: Kestra, repository: Repository) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    secret = key.export_private_key("pkcs8-pem", PASSPHRASE).decode()
    with served(repository.bare.parent, key.export_public_key().decode()) as address:
        assert clone(kestra, address, secret, passphrase=PASSPHRASE) == "over SSH"


def test_another_key_is_refused(kestra: Kestra, repository: Repository) -> None:
    mine, other = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    with served(repository.bare.parent, mine.export_public_key().decode()) as address:
        secret = other.export_private_key().decode()
        run = kestra.run({"type": CLONE, "url": f"{address}/shared.git", "privateKey": secret})
    assert run.state == "FAILED"
    assert any("authentication" in line.lower() for line in run.logs("ERROR")), run.logs("ERROR")


def test_files_are_pushed(kestra: Kestra, repository: Repository) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    write = {"id": "file", "type": "io.kestra.plugin.core.storage.Write", "content": "select 1", "extension": ".sql"}
    upload = {
        "id": "upload",
        "type": "io.kestra.plugin.core.namespace.UploadFiles",
        "namespace": "tests.ssh",
        "filesMap": {"a.sql": "{{ outputs.file.uri }}"},
    }
    with served(repository.bare.parent, key.export_public_key().decode()) as address:
        push = {
            "type": "io.kestra.plugin.git.PushNamespaceFiles",
            "url": f"{address}/shared.git",
            "namespace": "tests.ssh",
            "branch": "main",
            "privateKey": key.export_private_key().decode(),
            "authorName": "A",
            "authorEmail": "a@b.c",
        }
        kestra.ok(write, upload, push)
    assert repository.files()["_files/a.sql"] == "select 1"
