"""The lock file: complete, well formed, and a file that is not the locked one is refused."""

import re
from pathlib import Path

import pytest

from catalog import versions
from embedded.services.kestra.artifacts import LOCK
from embedded.shared import downloads
from embedded.shared.downloads import Artifact, ArtifactError, fetch, read_lock


def test_lock_pins_the_engine_with_digests() -> None:
    lock = read_lock(LOCK)
    assert all(re.fullmatch(r"[0-9a-f]{64}", artifact.sha256) for artifact in lock)
    assert len({artifact.coordinate for artifact in lock}) == len(lock)
    engine = {artifact.coordinate for artifact in lock if artifact.scope == "engine"}
    for name in ("core", "executor", "worker", "scheduler", "jdbc-h2", "storage-local", "script"):
        assert f"io.kestra:{name}:jar:{versions.KESTRA}" in engine
    assert not any(":tests:" in coordinate for coordinate in engine)


def test_other_content_is_refused_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDDED_CACHE", str(tmp_path / "cache"))
    arrived = tmp_path / "arrived.jar"
    arrived.write_bytes(b"something else")
    monkeypatch.setattr(downloads, "resolve", lambda coordinate, scratch: arrived)
    wrong = Artifact("org.example:thing:jar:1.0", "compiler", "0" * 64)
    monkeypatch.setattr(downloads, "read_lock", lambda lock: [wrong])
    with pytest.raises(ArtifactError, match=r"org\.example:thing:jar:1\.0 has SHA-256"):
        fetch(LOCK, "compiler")
    assert not wrong.path.exists()


def test_what_cannot_be_fetched_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDDED_CACHE", str(tmp_path / "cache"))

    class Unreachable:
        def __init__(self, **_: object) -> None:
            raise ConnectionError("no route")

    monkeypatch.setattr(downloads, "MavenContext", Unreachable)
    monkeypatch.setattr(
        downloads, "read_lock", lambda lock: [Artifact("org.example:thing:jar:1.0", "engine", "0" * 64)]
    )
    with pytest.raises(ArtifactError, match="make setup"):
        fetch(LOCK, "engine")
