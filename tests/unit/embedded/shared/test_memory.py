"""The wall for the memory of a process, and what mapped files take of it."""

import mmap
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.shared.memory import limit_memory, mapped_bytes

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


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_file_that_is_mapped_counts_once_it_is_read(tmp_path: Path) -> None:
    size = 16 << 20
    file = tmp_path / "file"
    file.write_bytes(bytes(size))
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        before = mapped_bytes()
        assert not any(mapped[start] for start in range(0, size, mmap.PAGESIZE))
        assert mapped_bytes() - before >= size - (1 << 20)
