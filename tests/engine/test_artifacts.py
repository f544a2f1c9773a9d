"""The lock file: complete, well formed, and a file that is not the locked one is refused."""

import re
from pathlib import Path

import pytest

from embedded.kestra import artifacts
from embedded.kestra.artifacts import Artifact, ArtifactError, fetch, read_lock
from embedded.kestra.engine import VERSION


def test_lock_pins_the_engine_with_digests() -> None:
    lock = read_lock()
    assert all(re.fullmatch(r"[0-9a-f]{64}", artifact.sha256) for artifact in lock)
    assert len({artifact.coordinate for artifact in lock}) == len(lock)
    engine = {artifact.coordinate for artifact in lock if artifact.scope == "engine"}
    for name in ("core", "executor", "worker", "scheduler", "jdbc-h2", "storage-local", "script"):
        assert f"io.kestra:{name}:jar:{VERSION}" in engine
    assert not any(":tests:" in coordinate for coordinate in engine)


def test_locked_files_are_cached_with_their_content() -> None:
    found = fetch("compiler")
    assert [artifacts._sha256(path) for path in found] == [a.sha256 for a in read_lock() if a.scope == "compiler"]


def test_other_content_is_refused_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDDED_CACHE", str(tmp_path / "cache"))
    arrived = tmp_path / "arrived.jar"
    arrived.write_bytes(b"something else")
    monkeypatch.setattr(artifacts, "_resolve", lambda coordinate, scratch: arrived)
    wrong = Artifact("org.example:thing:jar:1.0", "compiler", "0" * 64)
    monkeypatch.setattr(artifacts, "read_lock", lambda: [wrong])
    with pytest.raises(ArtifactError, match=r"org\.example:thing:jar:1\.0 has SHA-256"):
        fetch("compiler")
    assert not wrong.path.exists()


def test_what_cannot_be_fetched_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDDED_CACHE", str(tmp_path / "cache"))

    class Unreachable:
        def __init__(self, **_: object) -> None:
            raise ConnectionError("no route")

    monkeypatch.setattr(artifacts, "MavenContext", Unreachable)
    monkeypatch.setattr(artifacts, "read_lock", lambda: [Artifact("org.example:thing:jar:1.0", "engine", "0" * 64)])
    with pytest.raises(ArtifactError, match="make setup"):
        fetch("engine")
