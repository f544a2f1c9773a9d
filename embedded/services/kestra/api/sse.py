"""Server-sent events on the wire, as https://html.spec.whatwg.org/multipage/server-sent-events.html defines them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.responses import Response, StreamingResponse

COMMENT = b":\n\n"
"""A message without an event: clients ignore it, and writing it shows whether the client is still there."""


@dataclass(frozen=True)
class Event:
    """One event: its id (`start`, `progress` or `end`) and its JSON."""

    id: str
    data: str

    def encode(self) -> bytes:
        """The event on the wire."""
        return f"data: {self.data}\nid: {self.id}\n\n".encode()


def stream_events(events: AsyncIterator[bytes]) -> Response:
    """A response that sends encoded events as they come."""
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)
