"""Waiting for executions that a trigger starts by itself."""

from typing import Any

import pytest

from tests.support.fake_kestra import FakeKestra, recorded, running
from workbook.errors import NotFound, WorkbookError
from workbook.kestra import KestraClient, triggered
from workbook.kestra.api import KestraApi
from workbook.kestra.errors import ExecutionFailed, WaitInterrupted

RAW = recorded("taxi.execution")


class _Bucket:
    """Plays the engine: each look at the executions shows one more that the trigger `watch` started."""

    def __init__(self, fake: FakeKestra, most: int, bad: int = 0, going: bool = False) -> None:
        self._most, self._bad, self._going, self._looks = most, bad, going, 0
        fake.flow({"namespace": "zoomcamp", "id": "taxi", "triggers": [{"id": "watch"}]})
        fake.on("GET", "/executions/search", self._executions)

    def _executions(self, request: Any) -> Any:
        self._looks += 1
        mine = [self._execution(number) for number in range(1, min(self._looks, self._most) + 1)]
        others = [{**RAW, "id": "by hand", "trigger": None}, {**RAW, "id": "by clock", "trigger": {"id": "clock"}}]
        return {"results": [*others, *mine], "total": len(mine) + 2}

    def _execution(self, number: int) -> Any:
        raw = running(RAW) if self._going else RAW
        state = {**raw["state"], "current": "FAILED"} if number == self._bad else raw["state"]
        return {**raw, "id": f"file{number}", "trigger": {"id": "watch"}, "state": state}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triggered, "POLL_SECONDS", 0.01)


def test_waits_for_as_many_as_are_asked_for(
    fake: FakeKestra, client: KestraClient, capsys: pytest.CaptureFixture[str]
) -> None:
    _Bucket(fake, 3)
    runs = client.triggered("zoomcamp/taxi", "watch", 3)
    assert [execution.id for execution in runs] == ["file1", "file2", "file3"]
    assert capsys.readouterr().out.startswith("taxi/watch  SUCCESS  3 executions in ")


def test_those_known_before_do_not_count(fake: FakeKestra, client: KestraClient) -> None:
    _Bucket(fake, 3)
    known = client.triggered("zoomcamp/taxi", "watch", 2)
    assert [execution.id for execution in client.triggered("zoomcamp/taxi", "watch", 1, known)] == ["file3"]


def test_one_that_failed_is_explained_unless_told_otherwise(fake: FakeKestra, client: KestraClient) -> None:
    _Bucket(fake, 2, bad=1)
    fake.on("GET", "/logs/file1", [{"level": "ERROR", "message": "it is not JSON"}])
    with pytest.raises(ExecutionFailed, match="it is not JSON"):
        client.triggered("zoomcamp/taxi", "watch", 2)
    assert [execution.succeeded for execution in client.triggered("zoomcamp/taxi", "watch", 2, check=False)] == [
        False,
        True,
    ]


@pytest.mark.parametrize(("going", "message"), [(False, "started 1 of 2 .* 1 have ended"), (True, "0 have ended")])
def test_it_gives_up_and_says_how_far_it_came(
    fake: FakeKestra, client: KestraClient, going: bool, message: str
) -> None:
    _Bucket(fake, 1, going=going)
    with pytest.raises(WorkbookError, match=message):
        client.triggered("zoomcamp/taxi", "watch", 2, timeout=0.2)


def test_an_unknown_trigger_names_those_there_are(fake: FakeKestra, client: KestraClient) -> None:
    _Bucket(fake, 1)
    with pytest.raises(NotFound, match=r"no trigger 'clock'\. Its triggers: watch"):
        client.triggered("zoomcamp/taxi", "clock")


def test_stopping_to_wait_leaves_the_trigger_alone(
    fake: FakeKestra, client: KestraClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    _Bucket(fake, 1)
    monkeypatch.setattr(KestraApi, "executions", interrupted)
    with pytest.raises(WaitInterrupted, match="the trigger goes on"):
        client.triggered("zoomcamp/taxi", "watch")
