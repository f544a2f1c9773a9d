"""CloudWatch Logs: operations on log events.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

import re
from typing import Any

from embedded.services.aws.logs.errors import invalid
from embedded.services.aws.logs.filter_pattern import compile_pattern
from embedded.services.aws.logs.groups import Output, resolve_group
from embedded.services.aws.logs.store import Event, LogStore
from embedded.services.aws.protocol.request import Request

_MOST_EVENTS = 10_000


class Events:
    """Operations on log events."""

    def __init__(self, store: LogStore) -> None:
        self._store = store

    def put_log_events(
        self,
        request: Request,
        log_group_name: str,
        log_stream_name: str,
        log_events: list[dict[str, Any]],
        sequence_token: str | None = None,
    ) -> None:
        """PutLogEvents.

        Parameters: as in https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
        """
        del sequence_token  # AWS ignores it since 2023
        events = [(event["timestamp"], event["message"]) for event in log_events]
        if events != sorted(events, key=lambda event: event[0]):
            raise invalid("Log events in a single PutLogEvents request must be in chronological order.")
        self._store.write(self._store.stream(request.region, log_group_name, log_stream_name), events)

    def get_log_events(
        self,
        request: Request,
        log_stream_name: str,
        log_group_name: str | None = None,
        log_group_identifier: str | None = None,
        start_time: int | None = None,
        end_time: int | None = None,
        next_token: str | None = None,
        limit: int = _MOST_EVENTS,
        start_from_head: bool = False,
    ) -> Output:
        """GetLogEvents.

        Parameters: as in https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
        """
        group = resolve_group(request, log_group_name, log_group_identifier)
        stream = self._store.stream(request.region, group, log_stream_name)
        direction, position = _parse_token(next_token) if next_token else ("f" if start_from_head else "b", None)
        forward = direction == "f"
        bounds = {"after": position} if forward else {"before": position}
        events = self._store.events([stream], start_time, end_time, **bounds, limit=limit, newest=not forward)
        first, last = (events[0].position, events[-1].position) if events else (position or (0, 0),) * 2
        return {
            "events": [_event(event) for event in events],
            "nextForwardToken": f"f/{last[0]}/{last[1]}",
            "nextBackwardToken": f"b/{first[0]}/{first[1]}",
        }

    def filter_log_events(
        self,
        request: Request,
        log_group_name: str | None = None,
        log_group_identifier: str | None = None,
        log_stream_names: list[str] | None = None,
        log_stream_name_prefix: str = "",
        start_time: int | None = None,
        end_time: int | None = None,
        filter_pattern: str = "",
        next_token: str | None = None,
        limit: int = _MOST_EVENTS,
        interleaved: bool = True,
    ) -> Output:
        """FilterLogEvents.

        Parameters: as in https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
        """
        del interleaved  # AWS ignores it since 2019: events are always in the order of their times
        group = resolve_group(request, log_group_name, log_group_identifier)
        streams = self._stream_ids(request.region, group, log_stream_names, log_stream_name_prefix)
        test = compile_pattern(filter_pattern)
        after = _parse_token(next_token)[1] if next_token else None
        seen = self._store.events(streams, start_time, end_time, after, limit=_MOST_EVENTS)
        events = [event for event in seen if test(event.message)][:limit]
        full = len(events) == limit or len(seen) == _MOST_EVENTS
        last = events[-1] if len(events) == limit else seen[-1] if seen else None
        token = f"f/{last.at}/{last.id}" if full and last else None
        return {"events": [_filtered_event(event) for event in events], "searchedLogStreams": [], "nextToken": token}

    def _stream_ids(self, region: str, group: str, names: list[str] | None, prefix: str) -> list[int]:
        if names and prefix:
            raise invalid("logStreamNames and logStreamNamePrefix exclude each other.")
        if names:
            return [self._store.stream(region, group, name) for name in names]
        return [stream.id for stream in self._store.streams(region, group, prefix)]


def _parse_token(token: str) -> tuple[str, tuple[int, int]]:
    match = re.fullmatch(r"([fb])/(-?[0-9]{1,18})/([0-9]{1,18})", token)
    if not match:
        raise invalid("The specified nextToken is invalid.")
    return match[1], (int(match[2]), int(match[3]))


def _event(event: Event) -> Output:
    return {"timestamp": event.at, "message": event.message, "ingestionTime": event.ingested}


def _filtered_event(event: Event) -> Output:
    return {"logStreamName": event.stream, "eventId": f"{event.id:056d}", **_event(event)}
