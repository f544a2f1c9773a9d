"""A stack with the engine of Kestra 2.0, beside the one that a notebook works on."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from flowtests.stack import LOGIN, SHORT_LIVED, OwnStack
from workbook.exercises.second_engine import VARIABLE
from workbook.kestra import KestraClient


class Kestra2Stack:
    """Kestra 2.0, with its API, on free ports and in temporary folders, until `close` or the end of a `with` block.

    While it is up, checks of exercises in this process find it (`workbook.exercises.second_engine`).

    Parameters:
        services: services that flows on it need besides Kestra.
        settings: further environment variables of the stack.

    Raises:
        FlowTestError: it does not start.

    Attributes:
        kestra: a client of its engine.
    """

    def __init__(self, *services: str, **settings: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="kestra-2-", ignore_cleanup_errors=True)
        wanted = {**SHORT_LIVED, **settings, "KESTRA_VERSION": "2.0"}
        with Path(self._folder.name, "messages.txt").open("wb") as messages:
            self._stack = OwnStack(Path(self._folder.name), ("kestra", *services), wanted, messages)
        url, username, password = (self._stack.environment[name] for name in LOGIN)
        self.kestra = KestraClient(url, username, password)
        os.environ[VARIABLE] = json.dumps([url, username, password])

    def close(self) -> None:
        """Stop it, and remove its folders."""
        os.environ.pop(VARIABLE, None)
        self.kestra.close()
        self._stack.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
