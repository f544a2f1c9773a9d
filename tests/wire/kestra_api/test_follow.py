"""Server-sent events at the wire."""

import asyncio
import base64
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from types import SimpleNamespace

import psutil
import pytest

from embedded.services.kestra.api import follow, sse, subscription
from tests.support.waiting import eventually
from tests.wire.kestra_api.client import Api

STEPS = """
id: steps
namespace: follow.events
tasks:
  - {id: one, type: io.kestra.plugin.core.log.Log, message: first}
  - {id: nap, type: io.kestra.plugin.core.flow.Sleep, duration: PT0.5S}
  - {id: two, type: io.kestra.plugin.core.log.Log, message: second, level: WARN}
"""
LONG = """
id: long
namespace: follow.events
tasks:
  - {id: nap, type: io.kestra.plugin.core.flow.Sleep, duration: PT60S}
"""
LOOP = """
id: loop
namespace: follow.events
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, 60) }}"
    concurrencyLimit: 10
    tasks: [{id: log, type: io.kestra.plugin.core.log.Log, message: "{{ taskrun.value }}"}]
"""
"""Large enough that the engine's messages go without the task runs."""


@pytest.fixture(scope="module", autouse=True)
def flows(api: Api) -> None:
    api.flow(STEPS)
    api.flow(LOOP)
    api.flow(LONG)


def events(api: Api, path: str, **params: str) -> Iterator[tuple[str, dict]]:
    """The id and the data of each event of a stream, until the server ends it."""
    with api.get(path, params=params, stream=True) as answer:
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/event-stream")
        event: dict[str, str] = {}
        for line in answer.iter_lines(decode_unicode=True):
            if not line:
                if "id" in event:
                    yield event["id"], json.loads(event["data"])
                event = {}
            else:
                name, _, value = line.partition(": ")
                event[name] = value


def test_an_execution_is_followed_from_start_to_end(api: Api) -> None:
    created = api.post("/executions/follow.events/steps").json()
    seen = list(events(api, f"/executions/{created['id']}/follow"))
    ids = [name for name, _ in seen]
    assert ids[0] == "start"
    assert ids[-1] == "end"
    assert set(ids[1:-1]) == {"progress"}
    first = seen[0][1]
    assert first["id"] == created["id"]
    assert "state" not in first, "the first event is an empty keep-alive"
    runs = [len(data.get("taskRunList") or []) for _, data in seen[1:]]
    assert runs == sorted(runs)
    assert seen[-1][1]["state"]["current"] == "SUCCESS"
    assert [run["state"]["current"] for run in seen[-1][1]["taskRunList"]] == ["SUCCESS"] * 3


def test_a_large_execution_is_followed_with_its_task_runs(api: Api) -> None:
    created = api.post("/executions/follow.events/loop").json()
    seen = list(events(api, f"/executions/{created['id']}/follow"))
    runs = [len(data.get("taskRunList") or []) for _, data in seen[1:]]
    assert runs == sorted(runs)
    assert runs[-1] == 61
    assert {run["state"]["current"] for run in seen[-1][1]["taskRunList"]} == {"SUCCESS"}


def test_an_ended_execution_sends_its_end_at_once(api: Api) -> None:
    done = api.run("follow.events", "steps")
    api.until(done["id"], "SUCCESS")
    began = time.monotonic()
    assert [name for name, _ in events(api, f"/executions/{done['id']}/follow")] == ["start", "end"]
    assert time.monotonic() - began < 1


def test_logs_are_followed(api: Api) -> None:
    created = api.post("/executions/follow.events/steps").json()
    seen = list(events(api, f"/logs/{created['id']}/follow"))
    assert seen[0][0] == "start"
    assert "message" not in seen[0][1]
    lines = [data["message"] for name, data in seen[1:]]
    assert [line for line in lines if line in ("first", "second")] == ["first", "second"]
    assert {name for name, _ in seen[1:]} == {"progress"}


def test_logs_of_an_ended_execution_come_and_end(api: Api) -> None:
    done = api.run("follow.events", "steps")
    api.until(done["id"], "SUCCESS")
    eventually(lambda: len(api.get(f"/logs/{done['id']}").json()) >= 2, what="the log of both tasks")
    lines = [data["message"] for _, data in list(events(api, f"/logs/{done['id']}/follow"))[1:]]
    assert (lines.count("first"), lines.count("second")) == (1, 1)
    warnings = [data["message"] for _, data in list(events(api, f"/logs/{done['id']}/follow", minLevel="WARN"))[1:]]
    assert warnings == ["second"]


def test_many_followers_need_no_thread_each(api: Api) -> None:
    created = api.post("/executions/follow.events/long").json()
    api.until(created["id"], "RUNNING")
    process = psutil.Process(api.server.pid)

    def names(_: int) -> list[str]:
        return [name for name, _ in events(api, f"/executions/{created['id']}/follow")]

    with ThreadPoolExecutor(60) as pool:
        before = process.num_threads()
        followers = [pool.submit(names, index) for index in range(60)]
        eventually(lambda: len(process.net_connections(kind="tcp4")) >= 60, what="the connections of 60 followers")
        assert api.get("/flows/follow.events/long").status_code == 200, "the server still answers"
        assert process.num_threads() - before < 45, "no more than the pool of workers"
        api.delete(f"/executions/{created['id']}/kill")
        for follower in followers:
            assert follower.result(30)[-1] == "end"


def test_a_reader_that_goes_is_forgotten(api: Api) -> None:
    """Its connection is closed by the server too, and other readers are not disturbed."""
    created = api.post("/executions/follow.events/long").json()
    api.until(created["id"], "RUNNING")
    host, port = api.server.url.removeprefix("http://").split(":")
    token = base64.b64encode(":".join(api.auth).encode()).decode()
    with socket.create_connection((host, int(port)), timeout=10) as reader:
        own = reader.getsockname()[1]
        reader.sendall(
            f"GET /api/v1/main/executions/{created['id']}/follow HTTP/1.1\r\nHost: {host}\r\n"
            f"Authorization: Basic {token}\r\n\r\n".encode()
        )
        assert b"200 OK" in reader.recv(65536)
        assert own in peers(api)
    other = threading.Thread(target=lambda: list(events(api, f"/executions/{created['id']}/follow")))
    other.start()
    eventually(lambda: own not in peers(api), what="the end of the connection")
    api.delete(f"/executions/{created['id']}/kill")
    other.join(30)
    assert not other.is_alive()
    assert "Error sending execution update" not in api.server.log.read_text()


def peers(api: Api) -> set[int]:
    """The ports of all who are connected to the server."""
    return {found.raddr.port for found in psutil.Process(api.server.pid).net_connections(kind="tcp4") if found.raddr}


@pytest.mark.parametrize("path", ["/executions/none/follow", "/logs/none/follow"])
def test_an_unknown_execution_is_refused_at_once(api: Api, path: str) -> None:
    answer = api.get(path, timeout=follow.APPEAR_SECONDS * 0.8)
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_an_execution_that_is_still_in_the_queue_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = iter([None, None, "execution"])
    monkeypatch.setattr(follow, "_find", lambda *_: next(stored))
    monkeypatch.setattr(follow, "APPEAR_POLL_SECONDS", 0)
    lookup = SimpleNamespace(findByExecutionWithoutAcl=lambda execution: f"flow of {execution}")
    monkeypatch.setattr(follow.repositories, "flows", lambda _: lookup)
    engine = SimpleNamespace(awaits_execution=lambda _: True)
    request = SimpleNamespace(engine=engine, params={"execution_id": "x"})
    assert asyncio.run(follow.await_execution(request)) == ("execution", "flow of execution")


class Silence:
    """A subscription whose events got lost."""

    async def next(self, seconds: float) -> None:
        raise TimeoutError


def test_a_lost_end_is_found_in_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    end = sse.Event("end", "{}")
    stored = iter([None, None, end])
    monkeypatch.setattr(follow, "_end_event", lambda *_: next(stored))

    async def read() -> list[sse.Event | None]:
        return [event async for event in follow._events_of(None, Silence(), "x", None)]

    assert asyncio.run(read()) == [None, None, end]


class Queued:
    """A subscription with these lines; None for a while without any."""

    def __init__(self, *lines: str | None) -> None:
        self._lines = iter(lines)

    async def next(self, seconds: float) -> sse.Event:
        if (line := next(self._lines)) is None:
            raise TimeoutError
        return sse.Event("progress", line)


def test_a_line_that_is_stored_late_is_sent_all_the_same() -> None:
    """The engine had read it for followers before this one came, and stored it after the store was read first."""
    stores = iter([["early", "missed", "twice", "same", "same"], ["early", "missed", "twice", "same", "same", "last"]])
    ended = asyncio.Event()

    async def stored() -> list[str]:
        return next(stores)

    async def read() -> list[str]:
        sent = follow.SentLines()
        assert sent.add_stored(["early"]) == ["early"]
        queue = Queued("early", "same", "same", None, "twice", None, None)
        seen = []
        async for event in follow.new_lines(queue, sent, ended, stored):
            seen.append(event.decode().partition("data: ")[2].partition("\n")[0])
            if seen[-1] == "twice":
                ended.set()
        return seen

    assert asyncio.run(read()) == ["same", "same", "missed", "twice", "last"]


def test_a_slow_reader_is_cut_off() -> None:
    """Its buffer is bounded: it gets what fits and then the end of the stream."""

    async def read() -> list[sse.Event | None]:
        buffer: asyncio.Queue[sse.Event | None] = asyncio.Queue(3)
        sink = subscription.Sink(SimpleNamespace(to_json=str), buffer)
        for number in range(5):
            sink.next(SimpleNamespace(getId=lambda: "progress", getData=lambda number=number: number))
        await asyncio.sleep(0)
        return [buffer.get_nowait() for _ in range(buffer.qsize())]

    assert asyncio.run(read())[-2:] == [None, sse.Event("progress", "4")]


def test_late_followers_never_see_time_run_backwards(api: Api) -> None:
    """They come while events of the execution are still on their way, which what they read first contains."""
    for _ in range(10):
        created = api.post("/executions/follow.events/steps").json()
        api.until(created["id"], "RUNNING", "SUCCESS")
        seen = [data for _, data in events(api, f"/executions/{created['id']}/follow")][1:]
        runs = [len(data.get("taskRunList") or []) for data in seen]
        assert runs == sorted(runs)
        assert seen[-1]["state"]["current"] == "SUCCESS"


def test_moments_sort_by_time_however_they_are_written() -> None:
    moments = [
        "2020-01-01T10:00:00Z",
        "2020-01-01T10:00:00.000000001Z",
        "2020-01-01T10:00:00.1Z",
        "2020-01-01T10:00:01Z",
    ]
    assert sorted(moments, key=follow._sortable) == moments
    assert follow._sortable("2020-01-01T10:00:00.5Z") == follow._sortable("2020-01-01T10:00:00.500000Z")


def test_the_executions_of_dependent_flows_are_followed(api: Api) -> None:
    api.flow("{id: called, namespace: follow.calls, tasks: [{id: a, type: io.kestra.plugin.core.log.Log, message: a}]}")
    call = "{id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: follow.calls, flowId: called}"
    revisions = count()

    def linked() -> bool:
        # The engine compares a new flow with those that it knew a moment before: one that came just now may be missing.
        description = f"description: {next(revisions)}"
        api.flow(f"{{id: caller, namespace: follow.calls, {description}, tasks: [{call}]}}")
        return len(api.get("/flows/follow.calls/caller/dependencies").json()["nodes"]) == 2

    eventually(linked, what="the dependencies of the flow", every=0.5)
    created = api.post("/executions/follow.calls/caller").json()
    seen = list(events(api, f"/executions/{created['id']}/follow-dependencies"))
    assert (seen[0], seen[-1][0]) == (("start", {"executionId": created["id"]}), "end-all")
    ended = {data["flowId"]: data for kind, data in seen if kind == "end"}
    assert {flow: data["state"]["current"] for flow, data in ended.items()} == {
        "caller": "SUCCESS",
        "called": "SUCCESS",
    }
    assert ended["caller"]["executionId"] == created["id"]
    path = f"/executions/{ended['called']['executionId']}/follow-dependencies"
    kinds = [kind for kind, _ in events(api, path, destinationOnly="true")]
    assert kinds == [kind for kind, _ in events(api, path)] == ["start", "end", "end", "end-all"]


def test_an_execution_without_dependencies_has_none_to_follow(api: Api) -> None:
    created = api.post("/executions/follow.events/steps?wait=true").json()
    seen = list(events(api, f"/executions/{created['id']}/follow-dependencies"))
    assert [kind for kind, _ in seen] == ["start"]
    assert api.get("/executions/nobody/follow-dependencies").status_code == 404
