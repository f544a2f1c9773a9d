"""CloudWatch Logs: operations on log groups.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embedded.services.aws.logs.errors import INVALID, invalid
from embedded.services.aws.logs.store import LogStore
from embedded.services.aws.protocol.pages import paginate
from embedded.services.aws.protocol.request import Request

Output = Mapping[str, Any]
PAGE = 50


class Groups:
    """Operations on log groups."""

    def __init__(self, store: LogStore) -> None:
        self._store = store

    def create_log_group(self, request: Request, log_group_name: str) -> None:
        """CreateLogGroup: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html"""
        self._store.create_group(request.region, log_group_name)

    def describe_log_groups(
        self,
        request: Request,
        log_group_name_prefix: str = "",
        next_token: str | None = None,
        limit: int = PAGE,
    ) -> Output:
        """DescribeLogGroups.

        Parameters: as in https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
        """
        groups = self._store.groups(request.region, log_group_name_prefix)
        page, following = paginate(groups, lambda group: group[0], next_token, limit, INVALID)
        return {"logGroups": [_group(request, name, created) for name, created in page], "nextToken": following}

    def delete_log_group(self, request: Request, log_group_name: str) -> None:
        """DeleteLogGroup: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html"""
        self._store.delete_group(request.region, log_group_name)


def resolve_group(request: Request, name: str | None, identifier: str | None) -> str:
    """The name of the group that a request identifies.

    Parameters:
        request: the request.
        name: name of the group.
        identifier: its name or ARN, if `name` is None.

    Raises:
        AwsError: both or none of them are set.
    """
    if (name is None) == (identifier is None):
        raise invalid("Exactly one of logGroupName and logGroupIdentifier is needed.")
    return name if name is not None else (identifier or "").removeprefix(request.arn("logs", "log-group:"))


def _group(request: Request, name: str, created: int) -> Output:
    arn = request.arn("logs", f"log-group:{name}")
    fixed = {"metricFilterCount": 0, "logGroupClass": "STANDARD"}
    return {"logGroupName": name, "creationTime": created, "arn": f"{arn}:*", "logGroupArn": arn, **fixed}
