"""A job of BigQuery whose error may pass is run again, any other is not. Nothing is called."""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any, cast

import pytest
from google.api_core.exceptions import BadRequest

from embedded.services.kestra.tasks.bridge import Task, TaskError
from embedded.services.kestra.tasks.gcp import jobs

RETRIED = {"retryReasons": ["backendError"], "retryMessages": ["Due to concurrent update"]}


class Job:
    """A job that fails with what it is given, or ends well without."""

    job_id = "a-job"
    dry_run = False

    def __init__(self, reason: str = "", message: str = "") -> None:
        self.error_result = {"reason": reason, "message": message} if reason else None
        self.errors = [self.error_result, {"reason": "stopped", "message": "a second one"}] if reason else None

    def reload(self, retry: object) -> None:
        assert retry is not None

    def result(self, **how: Any) -> str:
        assert how == {"page_size": 7}
        if self.error_result:
            raise BadRequest("what the client says")
        return "rows"


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, without making them."""
    made: list[float] = []
    monkeypatch.setattr(jobs, "_sleep", lambda task, seconds: made.append(seconds))
    return made


def run(*made: Job, **properties: Any) -> tuple[Any, Any]:
    left = iter(made)
    ignored = {name: lambda *_: None for name in ("debug", "warn", "check_cancelled")}
    task = SimpleNamespace(properties=RETRIED | properties, interrupted_by=lambda action: nullcontext(), **ignored)
    return jobs.run(cast(Task, task), lambda: next(left), page_size=7)


def test_an_error_that_may_pass(pauses: list[float]) -> None:
    last = Job()
    by_reason, by_message = Job("backendError", "x"), Job("invalidQuery", "aborted due to concurrent update of x")
    assert run(by_reason, by_message, last) == (last, "rows")
    assert pauses == [5, 10]


def test_an_error_that_does_not(pauses: list[float]) -> None:
    with pytest.raises(TaskError, match=r"^BigQuery job a-job failed: invalidQuery: no such column; stopped: a second"):
        run(Job("invalidQuery", "no such column"), Job())
    assert pauses == []


def test_an_error_that_stays(pauses: list[float]) -> None:
    with pytest.raises(TaskError, match="backendError"):
        run(*(Job("backendError", "x") for _ in range(10)))
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640]  # a longer one would end after 15 minutes


@pytest.mark.parametrize(
    ("retry", "made"),
    [
        ({"type": "constant", "interval": "PT3S", "maxAttempts": 3}, [3, 3]),
        ({"type": "constant", "interval": "PT10S", "maxAttempts": 9, "maxDuration": "PT5S"}, []),
        ({"type": "exponential", "interval": "PT1S", "maxInterval": "PT4S", "maxAttempts": 5}, [1, 2, 4, 4]),
        ({"type": "exponential", "interval": "PT1S", "delayFactor": 3.0}, [1, 3]),
        ({"type": "random", "minInterval": "PT2S", "maxInterval": "PT2S", "maxAttempts": 2}, [2]),
    ],
)
def test_a_task_says_how_it_is_tried_again(pauses: list[float], retry: dict[str, Any], made: list[float]) -> None:
    with pytest.raises(TaskError, match="backendError"):
        run(*(Job("backendError", "x") for _ in range(10)), retryAuto=retry)
    assert pauses == made


def test_a_dry_run_has_no_result(pauses: list[float]) -> None:
    job = Job("invalidQuery", "is not asked for its result")
    job.dry_run = True
    assert run(job) == (job, None)
