"""The operations of CloudWatch Logs, as `embedded.services.aws.protocol.dispatcher` calls them.

Parameters: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from embedded.services.aws.errors import AwsError
from embedded.services.aws.logs.pattern import matcher
from embedded.services.aws.logs.store import Event, LogStore, Stream
from embedded.services.aws.protocol.dispatcher import Call
from embedded.services.aws.protocol.pages import page

Output = Mapping[str, Any]
_CODE = "InvalidParameterException"
_PAGE = 50
_MOST_EVENTS = 10_000


class Logs:
    """CloudWatch Logs.

    Parameters:
        store: of all logs.
    """

    def __init__(self, store: LogStore) -> None:
        self._store = store

    def create_log_group(self, call: Call, log_group_name: str) -> None:
        self._store.create_group(call.region, log_group_name)

    def describe_log_groups(
        self,
        call: Call,
        log_group_name_prefix: str = "",
        next_token: str | None = None,
        limit: int = _PAGE,
    ) -> Output:
        groups = self._store.groups(call.region, log_group_name_prefix)
        found, following = page(groups, lambda group: group[0], next_token, limit, _CODE)
        return {"logGroups": [_group(call, name, created) for name, created in found], "nextToken": following}

    def delete_log_group(self, call: Call, log_group_name: str) -> None:
        self._store.delete_group(call.region, log_group_name)

    def create_log_stream(self, call: Call, log_group_name: str, log_stream_name: str) -> None:
        self._store.create_stream(call.region, log_group_name, log_stream_name)

    def describe_log_streams(
        self,
        call: Call,
        log_group_name: str | None = None,
        log_group_identifier: str | None = None,
        log_stream_name_prefix: str = "",
        order_by: str = "LogStreamName",
        descending: bool = False,
        next_token: str | None = None,
        limit: int = _PAGE,
    ) -> Output:
        if order_by == "LastEventTime" and log_stream_name_prefix:
            raise AwsError(_CODE, "Cannot order by LastEventTime with a logStreamNamePrefix.")
        group = _only_group(call, log_group_name, log_group_identifier)
        streams = self._store.streams(call.region, group, log_stream_name_prefix)
        by_time = order_by == "LastEventTime"
        streams.sort(key=lambda one: (one.last or 0 if by_time else 0, one.name), reverse=descending)
        found, following = page(enumerate(streams), lambda one: one[0], next_token, limit, _CODE)
        return {"logStreams": [_stream(call, group, one) for _, one in found], "nextToken": following}

    def delete_log_stream(self, call: Call, log_group_name: str, log_stream_name: str) -> None:
        self._store.delete_stream(call.region, log_group_name, log_stream_name)

    def put_log_events(
        self,
        call: Call,
        log_group_name: str,
        log_stream_name: str,
        log_events: list[dict[str, Any]],
        sequence_token: str | None = None,
    ) -> None:
        del sequence_token  # AWS ignores it since 2023
        events = [(event["timestamp"], event["message"]) for event in log_events]
        if events != sorted(events, key=lambda event: event[0]):
            raise AwsError(_CODE, "Log events in a single PutLogEvents request must be in chronological order.")
        self._store.write(self._store.stream(call.region, log_group_name, log_stream_name), events)

    def get_log_events(
        self,
        call: Call,
        log_stream_name: str,
        log_group_name: str | None = None,
        log_group_identifier: str | None = None,
        start_time: int | None = None,
        end_time: int | None = None,
        next_token: str | None = None,
        limit: int = _MOST_EVENTS,
        start_from_head: bool = False,
    ) -> Output:
        group = _only_group(call, log_group_name, log_group_identifier)
        stream = self._store.stream(call.region, group, log_stream_name)
        direction, place = _place(next_token) if next_token else ("f" if start_from_head else "b", None)
        forward = direction == "f"
        bounds = {"after": place} if forward else {"before": place}
        found = self._store.events([stream], start_time, end_time, **bounds, limit=limit, newest=not forward)
        first, last = (found[0].place, found[-1].place) if found else (place or (0, 0), place or (0, 0))
        return {
            "events": [_told(event) for event in found],
            "nextForwardToken": f"f/{last[0]}/{last[1]}",
            "nextBackwardToken": f"b/{first[0]}/{first[1]}",
        }

    def filter_log_events(
        self,
        call: Call,
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
        del interleaved  # AWS ignores it since 2019: events are always in the order of their times
        group = _only_group(call, log_group_name, log_group_identifier)
        streams = self._chosen(call.region, group, log_stream_names, log_stream_name_prefix)
        test = matcher(filter_pattern)
        after = _place(next_token)[1] if next_token else None
        seen = self._store.events(streams, start_time, end_time, after, limit=_MOST_EVENTS)
        found = [event for event in seen if test(event.message)][:limit]
        full = len(found) == limit or len(seen) == _MOST_EVENTS
        last = found[-1] if len(found) == limit else seen[-1] if seen else None
        token = f"f/{last.at}/{last.id}" if full and last else None
        return {"events": [_filtered(event) for event in found], "searchedLogStreams": [], "nextToken": token}

    def _chosen(self, region: str, group: str, names: list[str] | None, prefix: str) -> list[int]:
        if names and prefix:
            raise AwsError(_CODE, "logStreamNames and logStreamNamePrefix exclude each other.")
        if names:
            return [self._store.stream(region, group, name) for name in names]
        return [stream.id for stream in self._store.streams(region, group, prefix)]


def _only_group(call: Call, name: str | None, identifier: str | None) -> str:
    """The group that is meant by its name, or by its name or ARN."""
    if (name is None) == (identifier is None):
        raise AwsError(_CODE, "Exactly one of logGroupName and logGroupIdentifier is needed.")
    return name if name is not None else (identifier or "").removeprefix(call.arn("logs", "log-group:"))


def _place(token: str) -> tuple[str, tuple[int, int]]:
    found = re.fullmatch(r"([fb])/(-?\d+)/(\d+)", token)
    if not found:
        raise AwsError(_CODE, "The specified nextToken is invalid.")
    return found[1], (int(found[2]), int(found[3]))


def _group(call: Call, name: str, created: int) -> Output:
    arn = call.arn("logs", f"log-group:{name}")
    about = {"metricFilterCount": 0, "logGroupClass": "STANDARD"}
    return {"logGroupName": name, "creationTime": created, "arn": f"{arn}:*", "logGroupArn": arn, **about}


def _stream(call: Call, group: str, stream: Stream) -> Output:
    return {
        "logStreamName": stream.name,
        "creationTime": stream.created,
        "firstEventTimestamp": stream.first,
        "lastEventTimestamp": stream.last,
        "lastIngestionTime": stream.ingested,
        "arn": call.arn("logs", f"log-group:{group}:log-stream:{stream.name}"),
        "storedBytes": 0,  # which is all that AWS tells since 2019
    }


def _told(event: Event) -> Output:
    return {"timestamp": event.at, "message": event.message, "ingestionTime": event.ingested}


def _filtered(event: Event) -> Output:
    return {"logStreamName": event.stream, "eventId": f"{event.id:056d}", **_told(event)}
