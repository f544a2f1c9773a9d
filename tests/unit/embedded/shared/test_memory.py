"""The wall for the memory of a process."""

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.shared.memory import limit_memory

SIZE = 64 << 30


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    yield
    resource.setrlimit(resource.RLIMIT_DATA, before)


@pytest.mark.parametrize(
    ("container", "limit"), [(None, SIZE), ("max\n", SIZE), (f"{48 << 30}\n", 48 << 30), (f"{2**62}\n", SIZE)]
)
def test_the_lower_limit_counts(tmp_path: Path, container: str | None, limit: int) -> None:
    file = tmp_path / "memory.max"
    if container is not None:
        file.write_text(container)
    _, highest = resource.getrlimit(resource.RLIMIT_DATA)
    limit_memory(SIZE, file)
    assert resource.getrlimit(resource.RLIMIT_DATA) == (limit, highest)
