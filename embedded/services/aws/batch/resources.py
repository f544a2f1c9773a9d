"""Batch's operations on compute environments and job queues, as `embedded.services.aws.protocol.dispatcher` calls them.

Parameters: https://docs.aws.amazon.com/batch/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from embedded.services.aws.batch.errors import absent, refused
from embedded.services.aws.batch.scheduler import ENDED, Scheduler
from embedded.services.aws.batch.store import ENVIRONMENT, QUEUE, BatchStore, Body
from embedded.services.aws.protocol.dispatcher import Call
from embedded.services.aws.protocol.pages import page

Output = Mapping[str, Any]
PAGE = 100
_FARGATE = ("FARGATE", "FARGATE_SPOT")


class Environments:
    """Operations on compute environments. All of them stand for this machine, with as many vCPUs as they say."""

    def __init__(self, store: BatchStore, scheduler: Scheduler) -> None:
        self._store = store
        self._scheduler = scheduler

    def create_compute_environment(
        self,
        call: Call,
        compute_environment_name: str,
        type: str,
        state: str = "ENABLED",
        compute_resources: Body | None = None,
        service_role: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Output:
        if type != "MANAGED" or compute_resources is None:
            raise absent("a compute environment that is not MANAGED, with computeResources,")
        _check_resources(compute_resources)
        arn = call.arn("batch", f"{ENVIRONMENT}/{compute_environment_name}")
        with self._store.transaction():
            if self._store.resource(ENVIRONMENT, call.region, compute_environment_name):
                raise refused("Object already exists")
            body = {
                "computeEnvironmentName": compute_environment_name,
                "computeEnvironmentArn": arn,
                "ecsClusterArn": call.arn("ecs", f"cluster/AWSBatch-{compute_environment_name}"),
                "type": type,
                "state": state,
                "status": "VALID",
                "statusReason": "ComputeEnvironment Healthy",
                "computeResources": compute_resources,
                "serviceRole": service_role or "",
                "tags": tags or {},
                "containerOrchestrationType": "ECS",
                "uuid": str(uuid.uuid4()),
            }
            self._store.save_resource(ENVIRONMENT, call.region, compute_environment_name, body)
        return {"computeEnvironmentName": compute_environment_name, "computeEnvironmentArn": arn}

    def describe_compute_environments(
        self,
        call: Call,
        compute_environments: list[str] | None = None,
        max_results: int = PAGE,
        next_token: str | None = None,
    ) -> Output:
        found = _chosen(self._store, ENVIRONMENT, call, compute_environments)
        return listed("computeEnvironments", found, "computeEnvironmentName", next_token, max_results)

    def update_compute_environment(
        self,
        call: Call,
        compute_environment: str,
        state: str | None = None,
        compute_resources: Body | None = None,
        service_role: str | None = None,
    ) -> Output:
        with self._store.transaction():
            body = _existing(self._store, ENVIRONMENT, call, compute_environment)
            resources = {**body["computeResources"], **(compute_resources or {})}
            _check_resources(resources)
            body["computeResources"] = resources
            body.update({k: v for k, v in (("state", state), ("serviceRole", service_role)) if v is not None})
            name = body["computeEnvironmentName"]
            self._store.save_resource(ENVIRONMENT, call.region, name, body)
        self._scheduler.wake()
        return {"computeEnvironmentName": name, "computeEnvironmentArn": body["computeEnvironmentArn"]}

    def delete_compute_environment(self, call: Call, compute_environment: str) -> None:
        with self._store.transaction():
            body = self._store.resource(ENVIRONMENT, call.region, compute_environment)
            if body is None:
                return  # as AWS does
            if body["state"] != "DISABLED":
                raise refused("Cannot delete, resource must be disabled first. Set state to DISABLED")
            arn = body["computeEnvironmentArn"]
            for queue in self._store.resources(QUEUE, call.region):
                if any(entry["computeEnvironment"] == arn for entry in queue["computeEnvironmentOrder"]):
                    raise refused(f"Cannot delete, found existing JobQueue relationship: {queue['jobQueueName']}")
            self._store.delete_resource(ENVIRONMENT, call.region, body["computeEnvironmentName"])


class Queues:
    """Operations on job queues."""

    def __init__(self, store: BatchStore, scheduler: Scheduler) -> None:
        self._store = store
        self._scheduler = scheduler

    def create_job_queue(
        self,
        call: Call,
        job_queue_name: str,
        priority: int,
        compute_environment_order: list[Body] | None = None,
        state: str = "ENABLED",
        job_queue_type: str = "ECS_FARGATE",
        tags: Mapping[str, str] | None = None,
    ) -> Output:
        arn = call.arn("batch", f"{QUEUE}/{job_queue_name}")
        with self._store.transaction():
            if self._store.resource(QUEUE, call.region, job_queue_name):
                raise refused("Object already exists")
            body = {
                "jobQueueName": job_queue_name,
                "jobQueueArn": arn,
                "state": state,
                "status": "VALID",
                "statusReason": "JobQueue Healthy",
                "priority": priority,
                "computeEnvironmentOrder": self._order(call, compute_environment_order),
                "jobQueueType": job_queue_type,
                "tags": tags or {},
            }
            self._store.save_resource(QUEUE, call.region, job_queue_name, body)
        return {"jobQueueName": job_queue_name, "jobQueueArn": arn}

    def describe_job_queues(
        self,
        call: Call,
        job_queues: list[str] | None = None,
        max_results: int = PAGE,
        next_token: str | None = None,
    ) -> Output:
        found = _chosen(self._store, QUEUE, call, job_queues)
        return listed("jobQueues", found, "jobQueueName", next_token, max_results)

    def update_job_queue(
        self,
        call: Call,
        job_queue: str,
        state: str | None = None,
        priority: int | None = None,
        compute_environment_order: list[Body] | None = None,
    ) -> Output:
        with self._store.transaction():
            body = _existing(self._store, QUEUE, call, job_queue)
            body.update({k: v for k, v in (("state", state), ("priority", priority)) if v is not None})
            if compute_environment_order is not None:
                body["computeEnvironmentOrder"] = self._order(call, compute_environment_order)
            self._store.save_resource(QUEUE, call.region, body["jobQueueName"], body)
        self._scheduler.wake()
        return {"jobQueueName": body["jobQueueName"], "jobQueueArn": body["jobQueueArn"]}

    def delete_job_queue(self, call: Call, job_queue: str) -> None:
        body = self._store.resource(QUEUE, call.region, job_queue)
        if body is None:
            return  # as AWS does
        if body["state"] != "DISABLED":
            raise refused("Cannot delete, resource must be disabled first. Set state to DISABLED")
        for job in self._store.jobs_of(call.region, body["jobQueueName"]):
            if job["status"] not in ENDED:
                self._scheduler.stop_job(job["jobId"], "Job queue deleted", running=True)
        self._store.delete_resource(QUEUE, call.region, body["jobQueueName"])

    def _order(self, call: Call, given: list[Body] | None) -> list[Body]:
        if not given:
            raise refused("computeEnvironmentOrder can not be empty")
        order = []
        for entry in given:
            found = self._store.resource(ENVIRONMENT, call.region, entry["computeEnvironment"])
            if found is None:
                raise refused(f"{entry['computeEnvironment']} does not exist")
            order.append({"order": entry["order"], "computeEnvironment": found["computeEnvironmentArn"]})
        return order


def listed(name: str, items: list[Body], key: str, token: str | None, size: int) -> Output:
    """A page of a list as Batch tells it.

    Parameters:
        name: of the list in the output.
        items: all of them.
        key: the member that they are ordered by.
        token: of the page before.
        size: items of a page.
    """
    found, following = page(items, lambda item: item[key], token, size, "ClientException")
    return {name: found, "nextToken": following}


def _check_resources(resources: Body) -> None:
    fargate = resources["type"] in _FARGATE
    if not resources.get("subnets"):
        raise refused("computeResources.subnets must be given")
    if fargate and not resources.get("securityGroupIds"):
        raise refused("computeResources.securityGroupIds must be given for Fargate")
    if fargate and (resources.get("instanceTypes") or resources.get("instanceRole") or "minvCpus" in resources):
        raise refused("instanceTypes, instanceRole and minvCpus are not applicable to Fargate")
    if resources["maxvCpus"] < 1:
        raise refused("computeResources.maxvCpus must be at least 1")


def _chosen(store: BatchStore, kind: str, call: Call, references: list[str] | None) -> list[Body]:
    if not references:
        return store.resources(kind, call.region)
    found = {}
    for reference in references:
        body = store.resource(kind, call.region, reference)
        if body:
            found[reference.rpartition("/")[2]] = body
    return list(found.values())


def _existing(store: BatchStore, kind: str, call: Call, reference: str) -> Body:
    body = store.resource(kind, call.region, reference)
    if body is None:
        raise refused(f"{reference} does not exist")
    return body
