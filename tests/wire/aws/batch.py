"""What a Batch job needs before it can be submitted, made with the API as a user would."""

import json
from typing import Any

from tests.support.waiting import eventually
from tests.wire.aws.server import Server

ENDED = ("SUCCEEDED", "FAILED")
IMAGE = "000000000000.dkr.ecr.ap-southeast-2.amazonaws.com/insightflow-ingestion:latest"
NEEDS = [{"type": "VCPU", "value": "0.25"}, {"type": "MEMORY", "value": "512"}]
RESOURCES = {"type": "FARGATE", "maxvCpus": 4, "subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]}


class Batch:
    """Batch with a compute environment, a queue and a role for jobs."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.client = server.client("batch")
        self.logs = server.client("logs")

    def set_up(self) -> None:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.server.client("iam").create_role(RoleName="job", AssumeRolePolicyDocument=document)
        self.client.create_compute_environment(
            computeEnvironmentName="fargate", type="MANAGED", computeResources=RESOURCES
        )
        order = [{"order": 1, "computeEnvironment": "fargate"}]
        self.client.create_job_queue(jobQueueName="queue", priority=1, computeEnvironmentOrder=order)

    def define(self, name: str, command: list[str], **more: Any) -> str:
        """Register a job definition; returns its ARN."""
        return self.client.register_job_definition(**self.definition(name, command, **more))["jobDefinitionArn"]

    def definition(self, name: str, command: list[str], **more: Any) -> dict[str, Any]:
        container = {
            "image": IMAGE,
            "command": command,
            "jobRoleArn": "arn:aws:iam::000000000000:role/job",
            "executionRoleArn": "arn:aws:iam::000000000000:role/job",
            "resourceRequirements": NEEDS,
            **more.pop("container", {}),
        }
        return {
            "jobDefinitionName": name,
            "type": "container",
            "platformCapabilities": ["FARGATE"],
            "containerProperties": container,
            **more,
        }

    def submit(self, definition: str, **more: Any) -> str:
        """Submit a job; returns its id."""
        return self.client.submit_job(jobName="job", jobQueue="queue", jobDefinition=definition, **more)["jobId"]

    def run(self, name: str, code: str, **more: Any) -> dict[str, Any]:
        """Run a Python program as a job to its end."""
        self.define(name, ["python", "-c", code], **more)
        return self.ended(self.submit(name))

    def job(self, identity: str) -> dict[str, Any]:
        return self.client.describe_jobs(jobs=[identity])["jobs"][0]

    def ended(self, identity: str) -> dict[str, Any]:
        return eventually(lambda: (job := self.job(identity))["status"] in ENDED and job)

    def reached(self, identity: str, state: str) -> dict[str, Any]:
        return eventually(lambda: (job := self.job(identity))["status"] == state and job)

    def log_lines(self, job: dict[str, Any]) -> list[str]:
        """The lines of a job's log."""
        stream = job["container"]["logStreamName"]
        told = self.logs.get_log_events(logGroupName="/aws/batch/job", logStreamName=stream, startFromHead=True)
        return [event["message"] for event in told["events"]]
