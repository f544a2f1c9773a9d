"""Batch's operations on compute environments.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from embedded.services.aws.batch.errors import refused, unsupported
from embedded.services.aws.batch.lookup import PAGE, Output, list_response, require_resource, select_resources
from embedded.services.aws.batch.scheduler import Scheduler
from embedded.services.aws.batch.store import ENVIRONMENT, QUEUE, BatchStore, Body
from embedded.services.aws.protocol.request import Request

_FARGATE = ("FARGATE", "FARGATE_SPOT")


class Environments:
    """Operations on compute environments. Each stands for this machine, with its declared number of vCPUs."""

    def __init__(self, store: BatchStore, scheduler: Scheduler) -> None:
        self._store = store
        self._scheduler = scheduler

    def create_compute_environment(
        self,
        request: Request,
        compute_environment_name: str,
        type: str,
        state: str = "ENABLED",
        compute_resources: Body | None = None,
        service_role: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Output:
        """CreateComputeEnvironment.

        Parameters: as in https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateComputeEnvironment.html
        """
        if type != "MANAGED" or compute_resources is None:
            raise unsupported("a compute environment that is not MANAGED, with computeResources,")
        _check_resources(compute_resources)
        arn = request.arn("batch", f"{ENVIRONMENT}/{compute_environment_name}")
        with self._store.transaction():
            if self._store.resource(ENVIRONMENT, request.region, compute_environment_name):
                raise refused("Object already exists")
            body = {
                "computeEnvironmentName": compute_environment_name,
                "computeEnvironmentArn": arn,
                "ecsClusterArn": request.arn("ecs", f"cluster/AWSBatch-{compute_environment_name}"),
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
            self._store.save_resource(ENVIRONMENT, request.region, compute_environment_name, body)
        return {"computeEnvironmentName": compute_environment_name, "computeEnvironmentArn": arn}

    def describe_compute_environments(
        self,
        request: Request,
        compute_environments: list[str] | None = None,
        max_results: int = PAGE,
        next_token: str | None = None,
    ) -> Output:
        """DescribeComputeEnvironments.

        Parameters: as in https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeComputeEnvironments.html
        """
        bodies = select_resources(self._store, ENVIRONMENT, request, compute_environments)
        return list_response("computeEnvironments", bodies, "computeEnvironmentName", next_token, max_results)

    def update_compute_environment(
        self,
        request: Request,
        compute_environment: str,
        state: str | None = None,
        compute_resources: Body | None = None,
        service_role: str | None = None,
    ) -> Output:
        """UpdateComputeEnvironment.

        Parameters: as in https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateComputeEnvironment.html
        """
        with self._store.transaction():
            body = require_resource(self._store, ENVIRONMENT, request, compute_environment)
            resources = {**body["computeResources"], **(compute_resources or {})}
            _check_resources(resources)
            body["computeResources"] = resources
            body.update({k: v for k, v in (("state", state), ("serviceRole", service_role)) if v is not None})
            name = body["computeEnvironmentName"]
            self._store.save_resource(ENVIRONMENT, request.region, name, body)
        self._scheduler.wake()
        return {"computeEnvironmentName": name, "computeEnvironmentArn": body["computeEnvironmentArn"]}

    def delete_compute_environment(self, request: Request, compute_environment: str) -> None:
        """DeleteComputeEnvironment: https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteComputeEnvironment.html"""
        with self._store.transaction():
            body = self._store.resource(ENVIRONMENT, request.region, compute_environment)
            if body is None:
                return  # as AWS does
            if body["state"] != "DISABLED":
                raise refused("Cannot delete, resource must be disabled first. Set state to DISABLED")
            arn = body["computeEnvironmentArn"]
            for queue in self._store.resources(QUEUE, request.region):
                if any(entry["computeEnvironment"] == arn for entry in queue["computeEnvironmentOrder"]):
                    raise refused(f"Cannot delete, found existing JobQueue relationship: {queue['jobQueueName']}")
            self._store.delete_resource(ENVIRONMENT, request.region, body["computeEnvironmentName"])


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
