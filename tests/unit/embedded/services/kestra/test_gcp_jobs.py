"""A job of BigQuery whose error may pass is run again, any other is not. Nothing is called."""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any, cast

import pytest
from google.api_core.exceptions import BadRequest

from embedded.services.kestra.tasks.bridge import Task, TaskError
from embedded.services.kestra.tasks.gcp import jobs

GIVEN = {"retryReasons": ["backendError"], "retryMessages": ["Due to concurrent update"]}


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


def run(*made: Job) -> tuple[Any, Any]:
    left = iter(made)
    ignored = {name: lambda *_: None for name in ("debug", "warn", "check_cancelled")}
    task = SimpleNamespace(properties=GIVEN, interrupted_by=lambda action: nullcontext(), **ignored)
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
        run(*(Job("backendError", "x") for _ in range(jobs.TRIES)))
    assert pauses == [5, 10, 20, 40, 60, 60, 60, 60, 60]


def test_a_dry_run_has_no_result(pauses: list[float]) -> None:
    job = Job("invalidQuery", "is not asked for its result")
    job.dry_run = True
    assert run(job) == (job, None)
