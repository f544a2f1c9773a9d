"""CloudWatch Logs: operations on log streams.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

from embedded.services.aws.logs.errors import INVALID, invalid
from embedded.services.aws.logs.groups import PAGE, Output, resolve_group
from embedded.services.aws.logs.store import LogStore, Stream
from embedded.services.aws.protocol.pages import paginate
from embedded.services.aws.protocol.request import Request


class Streams:
    """Operations on log streams."""

    def __init__(self, store: LogStore) -> None:
        self._store = store

    def create_log_stream(self, request: Request, log_group_name: str, log_stream_name: str) -> None:
        """CreateLogStream.

        Parameters: as in https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html
        """
        self._store.create_stream(request.region, log_group_name, log_stream_name)

    def describe_log_streams(
        self,
        request: Request,
        log_group_name: str | None = None,
        log_group_identifier: str | None = None,
        log_stream_name_prefix: str = "",
        order_by: str = "LogStreamName",
        descending: bool = False,
        next_token: str | None = None,
        limit: int = PAGE,
    ) -> Output:
        """DescribeLogStreams.

        Parameters: as in https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html
        """
        if order_by == "LastEventTime" and log_stream_name_prefix:
            raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
        group = resolve_group(request, log_group_name, log_group_identifier)
        streams = self._store.streams(request.region, group, log_stream_name_prefix)
        by_time = order_by == "LastEventTime"
        streams.sort(key=lambda stream: (stream.last or 0 if by_time else 0, stream.name), reverse=descending)
        page, following = paginate(enumerate(streams), lambda pair: pair[0], next_token, limit, INVALID)
        return {"logStreams": [_stream(request, group, stream) for _, stream in page], "nextToken": following}

    def delete_log_stream(self, request: Request, log_group_name: str, log_stream_name: str) -> None:
        """DeleteLogStream.

        Parameters: as in https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html
        """
        self._store.delete_stream(request.region, log_group_name, log_stream_name)


def _stream(request: Request, group: str, stream: Stream) -> Output:
    return {
        "logStreamName": stream.name,
        "creationTime": stream.created,
        "firstEventTimestamp": stream.first,
        "lastEventTimestamp": stream.last,
        "lastIngestionTime": stream.ingested,
        "arn": request.arn("logs", f"log-group:{group}:log-stream:{stream.name}"),
        "storedBytes": 0,  # as AWS reports since 2019
    }
