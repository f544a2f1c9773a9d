"""The locked files as they arrive from Maven Central."""

from embedded.services.kestra.artifacts import LOCK
from embedded.shared.downloads import fetch, read_lock, sha256


def test_locked_files_are_cached_with_their_content() -> None:
    found = fetch(LOCK, "compiler")
    assert [sha256(path) for path in found] == [
        artifact.sha256 for artifact in read_lock(LOCK) if artifact.scope == "compiler"
    ]
