"""One caller of the supervisor, as the supervisor sees it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any


class Request:
    """One caller of the supervisor and what it is told."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.names: set[str] = set()
        self.lease = ""

    async def read(self) -> dict[str, Any]:
        """Read what is asked."""
        return json.loads(await self._reader.readline())

    async def hung_up(self) -> None:
        """Wait until the caller takes its request back, or is gone."""
        with contextlib.suppress(OSError):
            while await self._reader.read(1024):
                pass

    def tell(self, **answer: Any) -> None:
        """Send one answer; a caller that is gone misses it."""
        with contextlib.suppress(OSError, RuntimeError):
            self._writer.write(json.dumps(answer).encode() + b"\n")

    async def close(self) -> None:
        """Send what is left and hang up."""
        with contextlib.suppress(OSError):
            await self._writer.drain()
            self._writer.close()
            await self._writer.wait_closed()
