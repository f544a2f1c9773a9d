"""Which library of DuckDB a machine gets."""

import pytest

from embedded.services.kestra.artifacts import LOCK, duckdb_platform
from embedded.shared.downloads import read_lock


@pytest.mark.parametrize(
    ("system", "machine", "platform"),
    [
        ("linux", "x86_64", "linux_amd64"),
        ("linux", "aarch64", "linux_arm64"),
        ("darwin", "arm64", "macos_universal"),
        ("darwin", "x86_64", "macos_universal"),
    ],
)
def test_every_supported_machine_has_a_library(system: str, machine: str, platform: str) -> None:
    assert duckdb_platform(system, machine) == platform
    assert [artifact for artifact in read_lock(LOCK) if artifact.scope == f"duckdb-{platform}"]
