"""A second data server, which stands for a source that is not the stack's own, such as the public one."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.stack import ROOT
from tests.support.waiting import answers, eventually

OTHER_ROWS, OTHER_SEED = 6_000, 7
"""Fewer rows than by default, and others."""


@contextmanager
def other_source(folder: Path, rows: int = OTHER_ROWS) -> Iterator[str]:
    """The address of a data server that lasts while the block does.

    Parameters:
        folder: an empty folder for its state.
        rows: as `DATASET_ROWS`.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    own = {
        "EMBEDDED_HOME": str(folder / "home"),
        "DATASET_PORT": address.rpartition(":")[2],
        "DATASET_ROWS": str(rows),
        "DATASET_SEED": str(OTHER_SEED),
    }
    with (folder / "requests.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "embedded.services.dataset"],
            cwd=ROOT,
            env={**os.environ, **own},
            stdout=log,
            stderr=log,
        )
        try:
            eventually(lambda: answers(f"{address}/health"))
            yield address
        finally:
            process.terminate()
            process.wait()
