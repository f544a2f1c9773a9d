"""Batch's operations on jobs.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from embedded.services.aws.batch.definitions import find_definition, revision_name
from embedded.services.aws.batch.errors import refused, unsupported
from embedded.services.aws.batch.lookup import PAGE, Output, list_in_order
from embedded.services.aws.batch.scheduler import ENDED, Scheduler
from embedded.services.aws.batch.store import ENVIRONMENT, QUEUE, BatchStore, Body
from embedded.services.aws.batch.validation import (
    check_container,
    check_environment,
    check_name,
    check_retries,
    check_timeout,
)
from embedded.services.aws.logs.store import now
from embedded.services.aws.protocol.request import Request
from embedded.shared.numbers import whole_number

_SUMMARY = (
    *("jobArn", "jobId", "jobName", "createdAt", "status", "statusReason", "startedAt", "stoppedAt", "jobDefinition"),
    *("isCancelled", "isTerminated"),
)


class Jobs:
    """Operations on jobs."""

    def __init__(self, store: BatchStore, scheduler: Scheduler) -> None:
        self._store = store
        self._scheduler = scheduler

    def submit_job(
        self,
        request: Request,
        job_name: str,
        job_queue: str,
        job_definition: str,
        depends_on: list[Body] | None = None,
        parameters: Mapping[str, str] | None = None,
        container_overrides: Body | None = None,
        retry_strategy: Body | None = None,
        timeout: Body | None = None,
        propagate_tags: bool | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Output:
        """SubmitJob.

        Parameters: as in https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
        """
        check_name("job", job_name)
        queue = self._store.resource(QUEUE, request.region, job_queue)
        if queue is None:
            raise refused(f"JobQueue {job_queue} not found.")
        if queue["state"] != "ENABLED":
            raise refused(f"JobQueue {job_queue} is DISABLED: it takes no jobs")
        definition = find_definition(self._store, request, job_definition)
        if definition is None:
            raise refused(f"JobDefinition {job_definition} does not exist or is not ACTIVE")
        check_retries(retry_strategy or {})
        check_timeout(timeout or {})
        self._check_dependencies(depends_on or [])
        self._check_platform(request, queue, definition)
        identity = str(uuid.uuid4())
        job = {
            "jobArn": request.arn("batch", f"job/{identity}"),
            "jobName": job_name,
            "jobId": identity,
            "jobQueue": queue["jobQueueArn"],
            "status": "SUBMITTED",
            "attempts": [],
            "createdAt": now(),
            "retryStrategy": {
                "attempts": 1,
                "evaluateOnExit": [],
                **(retry_strategy or definition["retryStrategy"] or {}),
            },
            "dependsOn": depends_on or [],
            "jobDefinition": definition["jobDefinitionArn"],
            "parameters": {**definition["parameters"], **(parameters or {})},
            "container": _container(definition, container_overrides or {}),
            "timeout": timeout or definition["timeout"] or {},
            "tags": tags or {},
            "propagateTags": definition["propagateTags"] if propagate_tags is None else propagate_tags,
            "platformCapabilities": definition["platformCapabilities"],
        }
        self._store.add_job(request.region, queue["jobQueueName"], job)
        self._scheduler.wake()
        return {"jobArn": job["jobArn"], "jobName": job_name, "jobId": identity}

    def describe_jobs(self, request: Request, jobs: list[str]) -> Output:
        """DescribeJobs: https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html"""
        bodies = (self._job(request, reference) for reference in jobs)
        return {"jobs": [_public_members(job) for job in bodies if job]}

    def list_jobs(
        self,
        request: Request,
        job_queue: str | None = None,
        job_status: str = "RUNNING",
        filters: list[Body] | None = None,
        max_results: int = PAGE,
        next_token: str | None = None,
    ) -> Output:
        """ListJobs.

        Parameters: as in https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
        """
        queue = self._store.resource(QUEUE, request.region, job_queue) if job_queue else None
        if queue is None:
            raise refused(f"JobQueue {job_queue} not found." if job_queue else "jobQueue must be given")
        jobs = self._store.jobs_of(request.region, queue["jobQueueName"])
        test = _filter(filters[0]) if filters else lambda job: job["status"] == job_status
        chosen = [_summary(job) for job in jobs if test(job)]
        return list_in_order("jobSummaryList", chosen, next_token, max_results)

    def cancel_job(self, request: Request, job_id: str, reason: str) -> None:
        """CancelJob.

        Parameters: as in https://docs.aws.amazon.com/batch/latest/APIReference/API_CancelJob.html
        """
        self._stop(request, job_id, reason, running=False)

    def terminate_job(self, request: Request, job_id: str, reason: str) -> None:
        """TerminateJob.

        Parameters: as in https://docs.aws.amazon.com/batch/latest/APIReference/API_TerminateJob.html
        """
        self._stop(request, job_id, reason, running=True)

    def _stop(self, request: Request, reference: str, reason: str, running: bool) -> None:
        job = self._job(request, reference)
        if job is None:
            raise refused(f"Job {reference} not found")
        if job["status"] not in ENDED:
            self._scheduler.stop_job(job["jobId"], reason, running)

    def _job(self, request: Request, reference: str) -> Body | None:
        job = self._store.job(reference.rpartition("/")[2])
        ours = request.arn("batch", "")
        return job if job and job["jobArn"].startswith(ours) else None

    def _check_dependencies(self, dependencies: list[Body]) -> None:
        for dependency in dependencies:
            if "type" in dependency:
                raise unsupported("a dependency of an array job")
            if "jobId" not in dependency or self._store.job(dependency["jobId"]) is None:
                raise refused(f"dependsOn: the job {dependency.get('jobId')} does not exist")

    def _check_platform(self, request: Request, queue: Body, definition: Body) -> None:
        """Check that definition and queue are both for Fargate, or both not."""
        first = queue["computeEnvironmentOrder"][0]["computeEnvironment"]
        environment = self._store.resource(ENVIRONMENT, request.region, first) or {"computeResources": {"type": "none"}}
        platform = "FARGATE" if environment["computeResources"]["type"].startswith("FARGATE") else "EC2"
        if platform not in definition["platformCapabilities"]:
            message = (
                f"Job definition {revision_name(definition)} is not for {platform}, "
                f"which queue {queue['jobQueueName']} is of"
            )
            raise refused(message)


def _container(definition: Body, overrides: Body) -> Body:
    """The container of a job: that of its definition with the job's overrides."""
    if overrides.get("instanceType"):
        raise unsupported("containerOverrides.instanceType")
    check_environment(overrides.get("environment", []))
    container = {**definition["containerProperties"]}
    fixed = {name: overrides[name] for name in ("command", "vcpus", "memory") if name in overrides}
    container |= fixed
    for name, key in (("environment", "name"), ("resourceRequirements", "type")):
        merged = {item[key]: item for item in (*container.get(name, []), *overrides.get(name, []))}
        container[name] = list(merged.values())
    check_container(container, "FARGATE" in definition["platformCapabilities"])
    return {"volumes": [], "mountPoints": [], "ulimits": [], "networkInterfaces": [], "secrets": [], **container}


def _filter(condition: Body) -> Callable[[Body], bool]:
    """Compile a filter, which replaces that of the status."""
    name, value = condition.get("name", ""), next(iter(condition.get("values", [])), "")
    if name == "JOB_NAME":
        return _by_text(value, lambda job: job["jobName"])
    if name == "JOB_DEFINITION":
        return _by_text(value, lambda job: job["jobDefinition"].rpartition("/")[2].partition(":")[0])
    moment = whole_number(value, 0, 2**62)
    if name in ("BEFORE_CREATED_AT", "AFTER_CREATED_AT") and moment is not None:
        before = name.startswith("BEFORE")
        return lambda job: (job["createdAt"] < moment) if before else (job["createdAt"] > moment)
    raise refused(f"The filter {name}={value!r} is not supported")


def _by_text(pattern: str, read: Callable[[Body], str]) -> Callable[[Body], bool]:
    wanted = pattern.lower()
    if wanted.endswith("*"):
        return lambda job: read(job).lower().startswith(wanted[:-1])
    return lambda job: read(job).lower() == wanted


def _public_members(job: Body) -> Body:
    return {name: value for name, value in job.items() if not name.startswith("_")}


def _summary(job: Body) -> Body:
    summary = {name: job[name] for name in _SUMMARY if name in job}
    container = {name: job["container"][name] for name in ("exitCode", "reason") if name in job["container"]}
    return summary | ({"container": container} if container else {})
