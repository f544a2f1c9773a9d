"""The script that keeps namespace files as they are in flows/files, with curl and a server that notes what it gets."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fake_kestra import FakeKestra, fake_kestra
from tests.support.stack import ROOT

FILES = "/namespaces/com.shop/files"
LOGIN = {"KESTRA_USERNAME": "admin@kestra.io", "KESTRA_PASSWORD": "Admin1234"}


@pytest.fixture
def kestra() -> Iterator[FakeKestra]:
    with fake_kestra() as fake:
        fake.on("POST", FILES, {})
        yield fake


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files of a namespace, and what is nobody's file."""
    for name in ("scripts/a.py", "scripts/b.py", "scripts/.hidden", "scripts/__pycache__/a.pyc"):
        path = tmp_path / "com.shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}")
    return tmp_path


def upload(folder: Path, kestra: FakeKestra, **login: str) -> subprocess.CompletedProcess[str]:
    """Run the script once."""
    command = ["sh", str(ROOT / "docker" / "upload-files.sh"), str(folder), "once"]
    environment = {**os.environ, "KESTRA_URL": kestra.url, **LOGIN, **login}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_every_file_arrives_in_its_namespace(folder: Path, kestra: FakeKestra) -> None:
    done = upload(folder, kestra)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["com.shop/scripts/a.py", "com.shop/scripts/b.py"]
    sent = kestra.requests("POST", FILES)
    assert [query["path"] for query, _ in sent] == ["/scripts/a.py", "/scripts/b.py"]
    assert b'name="fileContent"' in sent[0][1]
    assert b"content of scripts/a.py" in sent[0][1]


def test_a_file_that_is_refused_ends_the_script(folder: Path, kestra: FakeKestra) -> None:
    done = upload(folder, kestra, KESTRA_PASSWORD="wrong")
    assert done.returncode != 0
    assert "401" in done.stderr
