"""CloudWatch Logs at the wire."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.wire.aws.server import Server, refusal

GROUP = "/tests/logs"
NOW = int(time.time() * 1000)


@pytest.fixture
def logs(server: Server) -> Iterator[Any]:
    logs = server.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="a")
    yield logs
    logs.delete_log_group(logGroupName=GROUP)


def put(logs: Any, stream: str, *messages: str, at: int = NOW) -> None:
    events = [{"timestamp": at + n, "message": message} for n, message in enumerate(messages)]
    logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)


def messages(answer: Any) -> list[str]:
    return [event["message"] for event in answer["events"]]


def test_groups_and_streams(logs: Any) -> None:
    assert [group["logGroupName"] for group in logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]] == [
        GROUP
    ]
    assert logs.describe_log_groups(logGroupNamePrefix="/none")["logGroups"] == []
    logs.create_log_stream(logGroupName=GROUP, logStreamName="b")
    put(logs, "a", "one", "two")
    streams = logs.describe_log_streams(logGroupName=GROUP, orderBy="LastEventTime", descending=True)["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == ["a", "b"]
    assert (streams[0]["firstEventTimestamp"], streams[0]["lastEventTimestamp"]) == (NOW, NOW + 1)
    pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=GROUP, PaginationConfig={"PageSize": 1})
    assert [stream["logStreamName"] for page in pages for stream in page["logStreams"]] == ["a", "b"]
    logs.delete_log_stream(logGroupName=GROUP, logStreamName="b")
    assert len(logs.describe_log_streams(logGroupName=GROUP)["logStreams"]) == 1


def test_errors(logs: Any) -> None:
    assert refusal(logs.create_log_group, logGroupName=GROUP) == (
        "ResourceAlreadyExistsException",
        "The specified log group already exists",
    )
    assert refusal(logs.create_log_stream, logGroupName=GROUP, logStreamName="a")[0] == "ResourceAlreadyExistsException"
    missing = refusal(logs.get_log_events, logGroupName=GROUP, logStreamName="gone")
    assert missing == ("ResourceNotFoundException", "The specified log stream does not exist.")
    assert refusal(logs.filter_log_events, logGroupName="/gone")[0] == "ResourceNotFoundException"
    assert refusal(logs.create_log_group, logGroupName="a b")[0] == "InvalidParameterException"
    events = [{"timestamp": NOW, "message": "a"}, {"timestamp": NOW - 1, "message": "b"}]
    late = refusal(logs.put_log_events, logGroupName=GROUP, logStreamName="a", logEvents=events)
    assert (late[0], "chronological" in late[1]) == ("InvalidParameterException", True)
    assert refusal(logs.get_log_events, logGroupName=GROUP, logStreamName="a", nextToken="x")[0] == (
        "InvalidParameterException"
    )


def test_what_excludes_each_other_is_refused(logs: Any) -> None:
    both = {"orderBy": "LastEventTime", "logStreamNamePrefix": "a"}
    assert "LastEventTime" in refusal(logs.describe_log_streams, logGroupName=GROUP, **both)[1]
    names = {"logStreamNames": ["a"], "logStreamNamePrefix": "a"}
    assert "exclude each other" in refusal(logs.filter_log_events, logGroupName=GROUP, **names)[1]
    assert "Exactly one" in refusal(logs.filter_log_events)[1]
    arn = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"][0]["logGroupArn"]
    assert logs.filter_log_events(logGroupIdentifier=arn)["events"] == []


def test_events_are_read_forwards_and_backwards(logs: Any) -> None:
    put(logs, "a", *"abcdefg")
    about = {"logGroupName": GROUP, "logStreamName": "a", "limit": 3}
    newest = logs.get_log_events(**about)
    assert messages(newest) == ["e", "f", "g"]
    before = logs.get_log_events(**about, nextToken=newest["nextBackwardToken"])
    assert messages(before) == ["b", "c", "d"]
    again = logs.get_log_events(**about, nextToken=before["nextForwardToken"])
    assert messages(again) == ["e", "f", "g"]
    end = logs.get_log_events(**about, nextToken=again["nextForwardToken"])
    assert (messages(end), end["nextForwardToken"]) == ([], again["nextForwardToken"])
    put(logs, "a", "h", at=NOW + 100)
    assert messages(logs.get_log_events(**about, nextToken=end["nextForwardToken"])) == ["h"]
    head = logs.get_log_events(**about, startFromHead=True)
    assert messages(head) == ["a", "b", "c"]
    assert messages(logs.get_log_events(**about, startTime=NOW + 2, endTime=NOW + 4)) == ["c", "d"]


def test_events_of_the_same_moment_are_read_once(logs: Any) -> None:
    same = [{"timestamp": NOW, "message": str(n)} for n in range(5)]
    logs.put_log_events(logGroupName=GROUP, logStreamName="a", logEvents=same)
    found, token = [], {"startFromHead": True}
    for _ in range(3):
        part = logs.get_log_events(logGroupName=GROUP, logStreamName="a", limit=2, **token)
        found += messages(part)
        token = {"nextToken": part["nextForwardToken"]}
    assert found == ["0", "1", "2", "3", "4"]


def test_filtering_over_streams(logs: Any) -> None:
    logs.create_log_stream(logGroupName=GROUP, logStreamName="b")
    put(logs, "a", "ERROR disk full", "all is well", "ERROR no route")
    put(logs, "b", "WARN disk slow", at=NOW + 1)

    def search(pattern: str, **more: Any) -> list[str]:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=GROUP, filterPattern=pattern, PaginationConfig={"PageSize": 1}, **more
        )
        return [message for page in pages for message in messages(page)]

    assert search("") == ["ERROR disk full", "all is well", "WARN disk slow", "ERROR no route"]
    assert search("disk") == ["ERROR disk full", "WARN disk slow"]
    assert search("ERROR disk") == ["ERROR disk full"]
    assert search('"disk slow"') == ["WARN disk slow"]
    assert search("?full ?slow") == ["ERROR disk full", "WARN disk slow"]
    assert search("ERROR -disk") == ["ERROR no route"]
    assert search("disk", logStreamNames=["b"]) == ["WARN disk slow"]
    assert search("disk", logStreamNamePrefix="a") == ["ERROR disk full"]
    code, message = refusal(logs.filter_log_events, logGroupName=GROUP, filterPattern='{ $.a = "b" }')
    assert (code, "only words" in message) == ("InvalidParameterException", True)


def test_long_logs_are_filtered_to_their_end(logs: Any) -> None:
    for start in range(0, 12_000, 4000):
        put(logs, "a", *("needle" if n == 11_999 else "hay" for n in range(start, start + 4000)), at=NOW + start)
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP, filterPattern="needle")
    assert [message for page in pages for message in messages(page)] == ["needle"]
