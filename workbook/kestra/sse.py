"""Server-sent events out of a streamed answer.

The format: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def event_data(lines: Iterable[bytes]) -> Iterator[str]:
    """The data of each event, in order.

    An event is a run of lines that a blank line ends. Its data are its `data` fields, one line each; other fields
    and comments are skipped. An event that the stream breaks off in is dropped, as the standard says.

    Parameters:
        lines: the lines of the stream, without their ends.
    """
    data: list[str] = []
    for raw in lines:
        line = raw.decode("utf-8")
        field, _, value = line.partition(":")
        if field == "data":
            data.append(value.removeprefix(" "))
        elif not line and data:
            yield "\n".join(data)
            data = []
