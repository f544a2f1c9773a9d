"""Batch's operations on job queues.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

from collections.abc import Mapping

from embedded.services.aws.batch.errors import refused
from embedded.services.aws.batch.lookup import PAGE, Output, list_response, require_resource, select_resources
from embedded.services.aws.batch.scheduler import ENDED, Scheduler
from embedded.services.aws.batch.store import ENVIRONMENT, QUEUE, BatchStore, Body
from embedded.services.aws.protocol.request import Request


class Queues:
    """Operations on job queues."""

    def __init__(self, store: BatchStore, scheduler: Scheduler) -> None:
        self._store = store
        self._scheduler = scheduler

    def create_job_queue(
        self,
        request: Request,
        job_queue_name: str,
        priority: int,
        compute_environment_order: list[Body] | None = None,
        state: str = "ENABLED",
        job_queue_type: str = "ECS_FARGATE",
        tags: Mapping[str, str] | None = None,
    ) -> Output:
        """CreateJobQueue.

        Parameters: as in https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html
        """
        arn = request.arn("batch", f"{QUEUE}/{job_queue_name}")
        with self._store.transaction():
            if self._store.resource(QUEUE, request.region, job_queue_name):
                raise refused("Object already exists")
            body = {
                "jobQueueName": job_queue_name,
                "jobQueueArn": arn,
                "state": state,
                "status": "VALID",
                "statusReason": "JobQueue Healthy",
                "priority": priority,
                "computeEnvironmentOrder": self._order(request, compute_environment_order),
                "jobQueueType": job_queue_type,
                "tags": tags or {},
            }
            self._store.save_resource(QUEUE, request.region, job_queue_name, body)
        return {"jobQueueName": job_queue_name, "jobQueueArn": arn}

    def describe_job_queues(
        self,
        request: Request,
        job_queues: list[str] | None = None,
        max_results: int = PAGE,
        next_token: str | None = None,
    ) -> Output:
        """DescribeJobQueues.

        Parameters: as in https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobQueues.html
        """
        bodies = select_resources(self._store, QUEUE, request, job_queues)
        return list_response("jobQueues", bodies, "jobQueueName", next_token, max_results)

    def update_job_queue(
        self,
        request: Request,
        job_queue: str,
        state: str | None = None,
        priority: int | None = None,
        compute_environment_order: list[Body] | None = None,
    ) -> Output:
        """UpdateJobQueue.

        Parameters: as in https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateJobQueue.html
        """
        with self._store.transaction():
            body = require_resource(self._store, QUEUE, request, job_queue)
            body.update({k: v for k, v in (("state", state), ("priority", priority)) if v is not None})
            if compute_environment_order is not None:
                body["computeEnvironmentOrder"] = self._order(request, compute_environment_order)
            self._store.save_resource(QUEUE, request.region, body["jobQueueName"], body)
        self._scheduler.wake()
        return {"jobQueueName": body["jobQueueName"], "jobQueueArn": body["jobQueueArn"]}

    def delete_job_queue(self, request: Request, job_queue: str) -> None:
        """DeleteJobQueue: https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteJobQueue.html"""
        body = self._store.resource(QUEUE, request.region, job_queue)
        if body is None:
            return  # as AWS does
        if body["state"] != "DISABLED":
            raise refused("Cannot delete, resource must be disabled first. Set state to DISABLED")
        for job in self._store.jobs_of(request.region, body["jobQueueName"]):
            if job["status"] not in ENDED:
                self._scheduler.stop_job(job["jobId"], "Job queue deleted", running=True)
        self._store.delete_resource(QUEUE, request.region, body["jobQueueName"])

    def _order(self, request: Request, entries: list[Body] | None) -> list[Body]:
        if not entries:
            raise refused("computeEnvironmentOrder can not be empty")
        order = []
        for entry in entries:
            environment = self._store.resource(ENVIRONMENT, request.region, entry["computeEnvironment"])
            if environment is None:
                raise refused(f"{entry['computeEnvironment']} does not exist")
            order.append({"order": entry["order"], "computeEnvironment": environment["computeEnvironmentArn"]})
        return order
