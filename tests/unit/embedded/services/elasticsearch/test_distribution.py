"""Libraries of the distribution are replaced by newer releases, wherever they are in it."""

from pathlib import Path

import pytest

from embedded.services.elasticsearch.distribution import LOCK, renew
from embedded.shared.downloads import read_lock


def jar(folder: Path, name: str, content: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(content)
    return path


def jars(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.jar")}


def test_every_copy_of_a_library_is_replaced_and_no_other(tmp_path: Path) -> None:
    distribution = tmp_path / "elasticsearch"
    for place in ("lib", "modules/a", "modules/b"):
        jar(distribution / place, "netty-codec-4.1.1.Final.jar", "old")
    jar(distribution / "modules/a", "netty-codec-http-4.1.1.Final.jar", "another library")
    renew(distribution, [jar(tmp_path / "cache", "netty-codec-4.1.2.Final.jar", "new")])
    assert jars(distribution) == {
        "lib/netty-codec-4.1.2.Final.jar": "new",
        "modules/a/netty-codec-4.1.2.Final.jar": "new",
        "modules/b/netty-codec-4.1.2.Final.jar": "new",
        "modules/a/netty-codec-http-4.1.1.Final.jar": "another library",
    }


def test_a_library_that_the_distribution_does_not_hold_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no lz4-java"):
        renew(tmp_path / "elasticsearch", [jar(tmp_path, "lz4-java-1.14.0.jar", "new")])


def test_the_distribution_is_the_first_of_its_lock_and_the_only_one() -> None:
    first, *libraries, last = read_lock(LOCK)
    assert (first.scope, last.scope) == ("node", "compiler")
    assert {library.scope for library in libraries} == {"library"}
