"""An execution is followed to its end, whatever happens to the stream."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from starlette.responses import Response, StreamingResponse

from tests.support.fake_kestra import FakeKestra, error, recorded, running, sse
from workbook.kestra import KestraClient
from workbook.kestra import follow as follow_module
from workbook.kestra.errors import ApiError
from workbook.kestra.follow import follow

RAW = recorded("hello.execution")
STREAM = f"/executions/{RAW['id']}/follow"
STATE = f"/executions/{RAW['id']}"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_module, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(follow_module, "SILENCE_SECONDS", 0.3)
    monkeypatch.setattr(follow_module, "DOWN_SECONDS", 1.0)


def _turns(*answers: Any) -> Callable[[Any], Any]:
    """Answers in turn; the last one from then on. A function makes its answer anew."""
    left = list(answers)

    def answer(request: Any) -> Any:
        now = left.pop(0) if len(left) > 1 else left[0]
        return now() if callable(now) else now

    return answer


def _states(client: KestraClient) -> list[tuple[str, int]]:
    return [(execution.state, len(execution.task_runs)) for execution in follow(client.http, RAW["id"])]


def test_each_change_comes_and_the_empty_first_event_does_not(fake: FakeKestra, client: KestraClient) -> None:
    fake.on("GET", STREAM, lambda request: sse(("progress", running(RAW)), ("progress", running(RAW, 2)), ("end", RAW)))
    assert _states(client) == [("RUNNING", 1), ("RUNNING", 2), ("SUCCESS", 4)]
    assert not fake.requests("GET", STATE)


def test_a_stream_that_ends_early_is_taken_up_again(fake: FakeKestra, client: KestraClient) -> None:
    fake.on("GET", STREAM, _turns(lambda: sse(("progress", running(RAW))), lambda: sse(("end", RAW))))
    fake.on("GET", STATE, running(RAW))
    assert _states(client)[-1] == ("SUCCESS", 4)
    assert len(fake.requests("GET", STREAM)) == 2


def test_the_end_is_seen_even_if_the_stream_did_not_tell(fake: FakeKestra, client: KestraClient) -> None:
    fake.on("GET", STREAM, lambda request: sse(("progress", running(RAW))))
    fake.on("GET", STATE, RAW)
    assert _states(client) == [("RUNNING", 1), ("SUCCESS", 4)]


def _broken() -> Response:
    def half() -> Any:
        yield 'id: progress\ndata: {"state": '
        raise RuntimeError("the connection breaks")

    return StreamingResponse(half(), media_type="text/event-stream")


def test_streams_that_keep_breaking_give_way_to_asking(fake: FakeKestra, client: KestraClient) -> None:
    fake.on("GET", STREAM, lambda request: _broken())
    fake.on("GET", STATE, _turns(*[running(RAW)] * 6, RAW))
    assert _states(client)[-1] == ("SUCCESS", 4)
    assert len(fake.requests("GET", STREAM)) == follow_module.STREAM_TRIES


def test_a_silent_stream_is_asked_about_and_is_not_a_broken_one(fake: FakeKestra, client: KestraClient) -> None:
    silent = [lambda: sse(("progress", running(RAW)), then=lambda: time.sleep(0.6))] * 5
    fake.on("GET", STREAM, _turns(*silent, lambda: sse(("end", RAW))))
    fake.on("GET", STATE, running(RAW))
    assert _states(client)[-1] == ("SUCCESS", 4)
    assert len(fake.requests("GET", STREAM)) == 6


def test_a_server_without_streams_is_asked(fake: FakeKestra, client: KestraClient) -> None:
    fake.on("GET", STREAM, lambda request: error(501, "Not implemented"))
    fake.on("GET", STATE, _turns(*[running(RAW)] * 4, RAW))
    assert _states(client)[-1] == ("SUCCESS", 4)


def test_a_server_that_restarts_is_waited_for(fake: FakeKestra, client: KestraClient) -> None:
    fake.on("GET", STREAM, lambda request: _broken())
    fake.on("GET", STATE, _turns(error(503, "starting"), error(404, "Not Found"), RAW))
    assert _states(client) == [("SUCCESS", 4)]


def test_an_execution_that_never_was_is_given_up(fake: FakeKestra, client: KestraClient) -> None:
    fake.on("GET", STREAM, lambda request: _broken())
    began = time.monotonic()
    with pytest.raises(ApiError, match="404"):
        _states(client)
    assert time.monotonic() - began < 3


def test_an_end_from_before_a_restart_is_not_the_end(fake: FakeKestra, client: KestraClient) -> None:
    state = {**RAW["state"], "current": "FAILED"}
    stale = {**RAW, "state": state}
    again = [*state["histories"], {"state": "RESTARTED", "date": "2026-11-21T13:11:00Z"}]
    done = {**RAW, "state": {"current": "SUCCESS", "histories": [*again, {**again[-1], "state": "SUCCESS"}]}}
    fake.on("GET", STREAM, _turns(lambda: sse(("end", stale)), lambda: sse(("end", done))))
    fake.on("GET", STATE, stale)
    seen = list(follow(client.http, RAW["id"], known_changes=len(again)))
    assert [execution.state for execution in seen] == ["SUCCESS"]
