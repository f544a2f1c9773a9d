"""The memory of this process: how much files take of it, and a wall beyond which an allocation fails."""

from __future__ import annotations

import contextlib
import resource
import subprocess
from pathlib import Path

_RESOURCE = resource.RLIMIT_DATA
"""What a process writes to, its threads' stacks included; not the files that it maps."""

_USED = Path("/proc/self/statm")
"""The pages of this process, of several kinds: https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html."""

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


def mapped_bytes() -> int:
    """What mapped files take of this process's memory; 0 on systems that do not say it in this way."""
    try:
        pages = int(_USED.read_text().split()[2])
    except OSError:
        return 0
    return pages * resource.getpagesize()
