"""A wall for the memory of a process: beyond it an allocation fails, instead of the machine."""

from __future__ import annotations

import contextlib
import resource
import subprocess
from pathlib import Path

_RESOURCE = resource.RLIMIT_DATA
"""What a process writes to, its threads' stacks included; not the files that it maps."""


_CONTAINER = Path("/sys/fs/cgroup/memory.max")
"""What a container may use in all: https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files."""


def limit_memory(size: int, container: Path = _CONTAINER) -> None:
    """Limit the memory of this process. Libraries see failed allocations, Python sees MemoryError.

    Where the system has no such limit, nothing happens.

    Parameters:
        size: in bytes; a container's limit counts if it is lower, as the system would end the process there.
        container: file with the container's limit.
    """
    with contextlib.suppress(OSError, ValueError):  # there is none, or it says `max`
        size = min(size, int(container.read_text()))
    _, highest = resource.getrlimit(_RESOURCE)
    with contextlib.suppress(ValueError, OSError):  # the user's own limit is lower, or there is none on this system
        resource.setrlimit(_RESOURCE, (size, highest))


def lift_limit(process: subprocess.Popen[bytes]) -> None:
    """Give a child the memory that its user may have: it inherits the limit of this process.

    Parameters:
        process: the child.
    """
    if hasattr(resource, "prlimit"):
        _, highest = resource.getrlimit(_RESOURCE)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            resource.prlimit(process.pid, _RESOURCE, (highest, highest))
