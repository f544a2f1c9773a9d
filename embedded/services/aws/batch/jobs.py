"""Batch's operations on job definitions and jobs, as `embedded.services.aws.protocol.dispatcher` calls them.

Parameters: https://docs.aws.amazon.com/batch/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from embedded.services.aws.batch.definitions import check_container, check_environment, check_retries, check_timeout
from embedded.services.aws.batch.errors import absent, refused
from embedded.services.aws.batch.resources import PAGE
from embedded.services.aws.batch.scheduler import ENDED, Scheduler
from embedded.services.aws.batch.store import ENVIRONMENT, QUEUE, BatchStore, Body
from embedded.services.aws.logs.store import now
from embedded.services.aws.protocol.dispatcher import Call
from embedded.services.aws.protocol.pages import page

Output = Mapping[str, Any]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_SUMMARY = (
    *("jobArn", "jobId", "jobName", "createdAt", "status", "statusReason", "startedAt", "stoppedAt", "jobDefinition"),
    *("isCancelled", "isTerminated"),
)


class Definitions:
    """Operations on job definitions."""

    def __init__(self, store: BatchStore) -> None:
        self._store = store

    def register_job_definition(
        self,
        call: Call,
        job_definition_name: str,
        type: str,
        container_properties: Body | None = None,
        parameters: Mapping[str, str] | None = None,
        retry_strategy: Body | None = None,
        timeout: Body | None = None,
        platform_capabilities: list[str] | None = None,
        propagate_tags: bool = False,
        tags: Mapping[str, str] | None = None,
    ) -> Output:
        _check_name("job definition", job_definition_name)
        if type != "container" or container_properties is None:
            raise absent("a job definition of another type than container, with containerProperties,")
        capabilities = platform_capabilities or ["EC2"]
        check_container(container_properties, "FARGATE" in capabilities)
        check_retries(retry_strategy or {})
        check_timeout(timeout or {})

        def body(revision: int) -> Body:
            return {
                "jobDefinitionName": job_definition_name,
                "jobDefinitionArn": call.arn("batch", f"job-definition/{job_definition_name}:{revision}"),
                "revision": revision,
                "status": "ACTIVE",
                "type": type,
                "parameters": parameters or {},
                "retryStrategy": retry_strategy,
                "containerProperties": container_properties,
                "timeout": timeout,
                "tags": tags or {},
                "propagateTags": propagate_tags,
                "platformCapabilities": capabilities,
                "containerOrchestrationType": "ECS",
            }

        made = self._store.add_definition(call.region, job_definition_name, body)
        return {name: made[name] for name in ("jobDefinitionName", "jobDefinitionArn", "revision")}

    def describe_job_definitions(
        self,
        call: Call,
        job_definitions: list[str] | None = None,
        job_definition_name: str | None = None,
        status: str | None = None,
        max_results: int = PAGE,
        next_token: str | None = None,
    ) -> Output:
        found = self._store.definitions(call.region)
        if job_definition_name:
            found = [one for one in found if one["jobDefinitionName"] == job_definition_name]
        if job_definitions:
            wanted = [reference.rpartition("/")[2] for reference in job_definitions]
            found = [one for one in found if not {one["jobDefinitionName"], _revision(one)}.isdisjoint(wanted)]
        if status:
            found = [one for one in found if one["status"] == status]
        chosen, following = page(enumerate(found), lambda one: one[0], next_token, max_results, "ClientException")
        return {"jobDefinitions": [one for _, one in chosen], "nextToken": following}

    def deregister_job_definition(self, call: Call, job_definition: str) -> None:
        found = definition(self._store, call, job_definition)
        if found is None:
            raise refused(f"Job definition {job_definition} does not exist or is not ACTIVE")
        self._store.save_definition(call.region, {**found, "status": "INACTIVE"})


class Jobs:
    """Operations on jobs."""

    def __init__(self, store: BatchStore, scheduler: Scheduler) -> None:
        self._store = store
        self._scheduler = scheduler

    def submit_job(
        self,
        call: Call,
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
        _check_name("job", job_name)
        queue = self._store.resource(QUEUE, call.region, job_queue)
        if queue is None:
            raise refused(f"JobQueue {job_queue} not found.")
        if queue["state"] != "ENABLED":
            raise refused(f"JobQueue {job_queue} is DISABLED: it takes no jobs")
        found = definition(self._store, call, job_definition)
        if found is None:
            raise refused(f"JobDefinition {job_definition} does not exist or is not ACTIVE")
        check_retries(retry_strategy or {})
        check_timeout(timeout or {})
        self._check_dependencies(depends_on or [])
        self._check_platform(call, queue, found)
        identity = str(uuid.uuid4())
        job = {
            "jobArn": call.arn("batch", f"job/{identity}"),
            "jobName": job_name,
            "jobId": identity,
            "jobQueue": queue["jobQueueArn"],
            "status": "SUBMITTED",
            "attempts": [],
            "createdAt": now(),
            "retryStrategy": {"attempts": 1, "evaluateOnExit": [], **(retry_strategy or found["retryStrategy"] or {})},
            "dependsOn": depends_on or [],
            "jobDefinition": found["jobDefinitionArn"],
            "parameters": {**found["parameters"], **(parameters or {})},
            "container": _overridden(found, container_overrides or {}),
            "timeout": timeout or found["timeout"] or {},
            "tags": tags or {},
            "propagateTags": found["propagateTags"] if propagate_tags is None else propagate_tags,
            "platformCapabilities": found["platformCapabilities"],
        }
        self._store.add_job(call.region, queue["jobQueueName"], job)
        self._scheduler.wake()
        return {"jobArn": job["jobArn"], "jobName": job_name, "jobId": identity}

    def describe_jobs(self, call: Call, jobs: list[str]) -> Output:
        found = (self._job(call, reference) for reference in jobs)
        return {"jobs": [_told(job) for job in found if job]}

    def list_jobs(
        self,
        call: Call,
        job_queue: str | None = None,
        job_status: str = "RUNNING",
        filters: list[Body] | None = None,
        max_results: int = PAGE,
        next_token: str | None = None,
    ) -> Output:
        queue = self._store.resource(QUEUE, call.region, job_queue) if job_queue else None
        if queue is None:
            raise refused(f"JobQueue {job_queue} not found." if job_queue else "jobQueue must be given")
        found = self._store.jobs_of(call.region, queue["jobQueueName"])
        test = _filter(filters[0]) if filters else lambda job: job["status"] == job_status
        chosen = [job for job in found if test(job)]
        part, following = page(enumerate(chosen), lambda one: one[0], next_token, max_results, "ClientException")
        return {"jobSummaryList": [_summary(job) for _, job in part], "nextToken": following}

    def cancel_job(self, call: Call, job_id: str, reason: str) -> None:
        self._stop(call, job_id, reason, running=False)

    def terminate_job(self, call: Call, job_id: str, reason: str) -> None:
        self._stop(call, job_id, reason, running=True)

    def _stop(self, call: Call, reference: str, reason: str, running: bool) -> None:
        job = self._job(call, reference)
        if job is None:
            raise refused(f"Job {reference} not found")
        if job["status"] not in ENDED:
            self._scheduler.stop_job(job["jobId"], reason, running)

    def _job(self, call: Call, reference: str) -> Body | None:
        job = self._store.job(reference.rpartition("/")[2])
        ours = call.arn("batch", "")
        return job if job and job["jobArn"].startswith(ours) else None

    def _check_dependencies(self, given: list[Body]) -> None:
        for one in given:
            if "type" in one:
                raise absent("a dependency of an array job")
            if "jobId" not in one or self._store.job(one["jobId"]) is None:
                raise refused(f"dependsOn: the job {one.get('jobId')} does not exist")

    def _check_platform(self, call: Call, queue: Body, found: Body) -> None:
        """A definition for Fargate needs a queue of Fargate, and the other way round."""
        first = queue["computeEnvironmentOrder"][0]["computeEnvironment"]
        environment = self._store.resource(ENVIRONMENT, call.region, first) or {"computeResources": {"type": "none"}}
        platform = "FARGATE" if environment["computeResources"]["type"].startswith("FARGATE") else "EC2"
        if platform not in found["platformCapabilities"]:
            message = (
                f"Job definition {_revision(found)} is not for {platform}, which queue {queue['jobQueueName']} is of"
            )
            raise refused(message)


def definition(store: BatchStore, call: Call, reference: str) -> Body | None:
    """The active revision that is meant, the latest one by default; None when there is none.

    Parameters:
        store: has it.
        call: says where.
        reference: name, name:revision or ARN.
    """
    wanted = reference.rpartition("/")[2]
    active = (one for one in store.definitions(call.region) if one["status"] == "ACTIVE")
    return next((one for one in active if wanted in (one["jobDefinitionName"], _revision(one))), None)


def _revision(found: Body) -> str:
    return f"{found['jobDefinitionName']}:{found['revision']}"


def _check_name(what: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise refused(f"The {what} name {name!r} must begin with a letter or digit and have up to 128 of a-zA-Z0-9_-")


def _overridden(found: Body, overrides: Body) -> Body:
    """The container of a job: as its definition says, and then as it was submitted."""
    if overrides.get("instanceType"):
        raise absent("containerOverrides.instanceType")
    check_environment(overrides.get("environment", []))
    container = {**found["containerProperties"]}
    fixed = {name: overrides[name] for name in ("command", "vcpus", "memory") if name in overrides}
    container |= fixed
    for name, key in (("environment", "name"), ("resourceRequirements", "type")):
        merged = {one[key]: one for one in (*container.get(name, []), *overrides.get(name, []))}
        container[name] = list(merged.values())
    check_container(container, "FARGATE" in found["platformCapabilities"])
    return {"volumes": [], "mountPoints": [], "ulimits": [], "networkInterfaces": [], "secrets": [], **container}


def _filter(given: Body) -> Callable[[Body], bool]:
    """The test of a filter, which replaces that of the status."""
    name, value = given.get("name", ""), next(iter(given.get("values", [])), "")
    if name == "JOB_NAME":
        return _by_text(value, lambda job: job["jobName"])
    if name == "JOB_DEFINITION":
        return _by_text(value, lambda job: job["jobDefinition"].rpartition("/")[2].partition(":")[0])
    if name in ("BEFORE_CREATED_AT", "AFTER_CREATED_AT") and value.isdecimal():
        moment, before = int(value), name.startswith("BEFORE")
        return lambda job: (job["createdAt"] < moment) if before else (job["createdAt"] > moment)
    raise refused(f"The filter {name}={value!r} is not supported")


def _by_text(pattern: str, read: Callable[[Body], str]) -> Callable[[Body], bool]:
    wanted = pattern.lower()
    if wanted.endswith("*"):
        return lambda job: read(job).lower().startswith(wanted[:-1])
    return lambda job: read(job).lower() == wanted


def _told(job: Body) -> Body:
    return {name: value for name, value in job.items() if not name.startswith("_")}


def _summary(job: Body) -> Body:
    told = {name: job[name] for name in _SUMMARY if name in job}
    container = {name: job["container"][name] for name in ("exitCode", "reason") if name in job["container"]}
    return told | ({"container": container} if container else {})
