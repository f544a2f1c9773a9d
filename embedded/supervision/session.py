"""One caller of the supervisor, as the supervisor sees it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from embedded.supervision.messages import Message, decode


class ControlSession:
    """One caller of the supervisor, and the answers that it gets."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.names: set[str] = set()
        self.lease = ""

    async def read(self) -> Message:
        """Read what is asked.

        Raises:
            ValueError: it is no message.
        """
        return decode(await self._reader.readline())

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
