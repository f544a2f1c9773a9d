"""Shared by the jobs of BigQuery: labels, waiting, errors and retries."""

from __future__ import annotations

import math
import random
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from google.api_core.exceptions import GoogleAPICallError

from embedded.services.kestra.tasks.bridge import Task, TaskError
from embedded.services.kestra.tasks.durations import seconds
from embedded.services.kestra.tasks.gcp.connection import BIGQUERY_RETRY

RETRY = {"type": "exponential", "interval": 5, "maxInterval": 3600, "maxDuration": 900, "maxAttempts": 10}
"""Where a task has no `retryAuto`; in seconds."""
TRIES = 3
"""Of a `retryAuto` that does not say how many."""
_LABELS = {
    "kestra_namespace": "{{ flow.namespace }}",
    "kestra_flow_id": "{{ flow.id }}",
    "kestra_execution_id": "{{ execution.id }}",
    "kestra_task_id": "{{ task.id }}",
}


def labels(task: Task) -> dict[str, str]:
    """The labels of a job: its flow, execution and task, and the property `labels`."""
    return {name: _label(task.render(text, {})) for name, text in _LABELS.items()} | (
        task.properties.get("labels") or {}
    )


def run(task: Task, start: Callable[[], Any], **how: Any) -> tuple[Any, Any]:
    """Run a job to its end; retry it, as `retryAuto` says, if `retryReasons` or `retryMessages` match its error.

    Parameters:
        task: the running task; when it is cancelled, so is the job.
        start: starts the job.
        how: arguments of the job's `result`.

    Returns:
        The job, and its result; None for a dry run.

    Raises:
        TaskError: the job failed.
    """
    for pause in _pauses(task.properties.get("retryAuto") or RETRY):
        job, result, problem = _attempt(task, start, how)
        if problem is None:
            return job, result
        if pause is None or not _is_retryable(task, problem):
            raise TaskError(problem)
        task.warn(f"{problem} Trying again in {pause} s.")
        _sleep(task, pause)
    raise AssertionError("the last pause is None")


def _attempt(task: Task, start: Callable[[], Any], how: dict[str, Any]) -> tuple[Any, Any, str | None]:
    """Run a job once; returns it with its result or with its problem."""
    job = start()
    task.debug(f"Starting job '{job.job_id}'")
    if getattr(job, "dry_run", False):
        return job, None, None
    try:
        with task.interrupted_by(lambda: job.cancel(retry=None, timeout=5)):
            return job, job.result(**how), None
    except GoogleAPICallError as error:
        task.check_cancelled()
        job.reload(retry=BIGQUERY_RETRY)  # a failed job holds its errors
        if not job.error_result:
            raise
        return job, None, _problem(job, error)


def _label(text: str) -> str:
    """A text as a label may be: https://cloud.google.com/bigquery/docs/labels-intro#requirements."""
    return re.sub(r"[^a-z0-9_-]", "_", text.lower())[:63]


def _problem(job: Any, error: GoogleAPICallError) -> str:
    """Describe the errors of a job: the reason and the message of each."""
    errors = [job.error_result, *(detail for detail in job.errors or [] if detail != job.error_result)]
    messages = [
        f"{detail.get('reason', error.code)}: {detail.get('message', error.message)}" for detail in errors if detail
    ]
    return f"BigQuery job {job.job_id} failed: " + "; ".join(messages)


def _is_retryable(task: Task, problem: str) -> bool:
    """Whether the task's properties allow a retry after this error."""
    properties = task.properties
    reasons = [f" {reason}:" for reason in properties.get("retryReasons") or []]
    messages = [message.lower() for message in properties.get("retryMessages") or []]
    return any(reason in problem for reason in reasons) or any(text in problem.lower() for text in messages)


def _pauses(retry: dict[str, Any]) -> Iterator[float | None]:
    """The pause behind each attempt, in seconds; None behind the last one."""
    first, longest = (seconds(retry.get(name)) or 0 for name in ("interval", "maxInterval"))
    shortest = seconds(retry.get("minInterval")) or 0
    factor = float(retry.get("delayFactor") or 2) if retry["type"] == "exponential" else 1
    begun, most = time.monotonic(), seconds(retry.get("maxDuration")) or math.inf
    for attempt in range((retry.get("maxAttempts") or TRIES) - 1):
        if retry["type"] == "random":
            pause = random.uniform(shortest, longest)
        else:
            pause = min(first * factor**attempt, longest or math.inf)
        if time.monotonic() + pause - begun > most:
            break
        yield pause
    yield None


def _sleep(task: Task, pause: float) -> None:
    end = time.monotonic() + pause
    while time.monotonic() < end:
        task.check_cancelled()
        time.sleep(0.25)
