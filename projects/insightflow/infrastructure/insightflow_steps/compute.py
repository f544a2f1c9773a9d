"""Batch: the compute environment, queue and job definition of the ingestion."""

from typing import Any

from insightflow_steps.account import Account, StepError, wait_for
from insightflow_steps.names import (
    COMPUTE_ENVIRONMENT,
    EXECUTION_ROLE,
    JOB_DEFINITION,
    JOB_QUEUE,
    JOB_ROLE,
    Names,
)
from insightflow_steps.network import default_network

_MAX_CPUS = 4
_SECONDS = 1800
"""A limit for one attempt of the job; it takes a minute or two."""


class ComputeEnvironment:
    """A compute environment of Fargate: it costs nothing while no job runs.

    Parameters:
        account: to work on.
        subnets: where jobs run; None for those of the default VPC.
        security_groups: of the jobs; likewise.
    """

    def __init__(self, account: Account, subnets: list[str] | None, security_groups: list[str] | None) -> None:
        self.name = f"compute environment {COMPUTE_ENVIRONMENT}"
        self._account = account
        self._batch = account.client("batch")
        self._subnets = subnets
        self._groups = security_groups

    def up(self) -> str:
        """Make the compute environment, or bring it to what it should be."""
        subnets, groups = self._network()
        resources: dict[str, Any] = {"maxvCpus": _MAX_CPUS, "subnets": subnets, "securityGroupIds": groups}
        done = "there already"
        if self._describe() is None:
            self._batch.create_compute_environment(
                computeEnvironmentName=COMPUTE_ENVIRONMENT,
                type="MANAGED",
                computeResources={"type": "FARGATE", **resources},
            )
            done = "created"
        else:
            self._settled()
            self._batch.update_compute_environment(
                computeEnvironment=COMPUTE_ENVIRONMENT, state="ENABLED", computeResources=resources
            )
        self._settled()
        return done

    def down(self) -> str:
        """Disable and delete the compute environment; the queue must be gone."""
        if self._describe() is None:
            return "not there"
        self._batch.update_compute_environment(computeEnvironment=COMPUTE_ENVIRONMENT, state="DISABLED")
        self._settled()
        self._batch.delete_compute_environment(computeEnvironment=COMPUTE_ENVIRONMENT)
        wait_for(f"Deleting {self.name}", lambda: self._describe() is None)
        return "deleted"

    def _network(self) -> tuple[list[str], list[str]]:
        if self._subnets and self._groups:
            return self._subnets, self._groups
        subnets, groups = default_network(self._account)
        return self._subnets or subnets, self._groups or groups

    def _describe(self) -> dict[str, Any] | None:
        response = self._batch.describe_compute_environments(computeEnvironments=[COMPUTE_ENVIRONMENT])
        return _present(response["computeEnvironments"])

    def _settled(self) -> None:
        wait_for(self.name, lambda: _valid(self.name, self._describe()))


class JobQueue:
    """The queue of the ingestion.

    Parameters:
        account: to work on.
    """

    def __init__(self, account: Account) -> None:
        self.name = f"job queue {JOB_QUEUE}"
        self._batch = account.client("batch")

    def up(self) -> str:
        """Make the queue, or bring it to what it should be."""
        about = {
            "state": "ENABLED",
            "priority": 1,
            "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": COMPUTE_ENVIRONMENT}],
        }
        done = "there already"
        if self._describe() is None:
            self._batch.create_job_queue(jobQueueName=JOB_QUEUE, **about)
            done = "created"
        else:
            self._settled()
            self._batch.update_job_queue(jobQueue=JOB_QUEUE, **about)
        self._settled()
        return done

    def down(self) -> str:
        """Disable and delete the queue; jobs in it end."""
        if self._describe() is None:
            return "not there"
        self._batch.update_job_queue(jobQueue=JOB_QUEUE, state="DISABLED")
        self._settled()
        self._batch.delete_job_queue(jobQueue=JOB_QUEUE)
        wait_for(f"Deleting {self.name}", lambda: self._describe() is None)
        return "deleted"

    def _describe(self) -> dict[str, Any] | None:
        return _present(self._batch.describe_job_queues(jobQueues=[JOB_QUEUE])["jobQueues"])

    def _settled(self) -> None:
        wait_for(self.name, lambda: _valid(self.name, self._describe()))


class JobDefinition:
    """The definition of the ingestion's job. A revision is registered only when something has changed.

    Parameters:
        account: to work on.
        names: of bucket and source.
        image: of the program.
    """

    def __init__(self, account: Account, names: Names, image: str) -> None:
        self.name = f"job definition {JOB_DEFINITION}"
        self._batch = account.client("batch")
        self._wanted = _definition(account, names, image)

    def up(self) -> str:
        """Register a revision, if the latest one differs."""
        latest = max(self._active(), key=lambda definition: definition["revision"], default=None)
        if latest and _includes(latest, self._wanted):
            return f"revision {latest['revision']} is there already"
        registered = self._batch.register_job_definition(jobDefinitionName=JOB_DEFINITION, **self._wanted)
        return f"registered as revision {registered['revision']}"

    def down(self) -> str:
        """Deregister all revisions; Batch itself forgets them after half a year."""
        active = self._active()
        for definition in active:
            self._batch.deregister_job_definition(jobDefinition=definition["jobDefinitionArn"])
        return f"{len(active)} revision(s) deregistered" if active else "not there"

    def _active(self) -> list[dict[str, Any]]:
        pages = self._batch.get_paginator("describe_job_definitions").paginate(
            jobDefinitionName=JOB_DEFINITION, status="ACTIVE"
        )
        return [definition for page in pages for definition in page["jobDefinitions"]]


def _definition(account: Account, names: Names, image: str) -> dict[str, Any]:
    variables = {"TARGET_BUCKET": names.raw_bucket, "INSIGHTFLOW_BASE_URL": names.base_url}
    environment = [{"name": name, "value": value} for name, value in variables.items() if value]
    container = {
        "image": image,
        "command": ["python", "-m", "insightflow_ingestion"],
        "jobRoleArn": account.role_arn(JOB_ROLE),
        "executionRoleArn": account.role_arn(EXECUTION_ROLE),
        "environment": environment,
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
        "networkConfiguration": {"assignPublicIp": "ENABLED"},  # the way out of a default VPC
        "runtimePlatform": {"operatingSystemFamily": "LINUX", "cpuArchitecture": "X86_64"},
    }
    return {
        "type": "container",
        "platformCapabilities": ["FARGATE"],
        "containerProperties": container,
        "timeout": {"attemptDurationSeconds": _SECONDS},
    }


def _includes(actual: Any, wanted: Any) -> bool:
    """Whether a resource has everything that is wanted. AWS adds defaults, and lists may have another order."""
    if isinstance(wanted, dict):
        return isinstance(actual, dict) and all(_includes(actual.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list) and wanted and isinstance(wanted[0], dict):
        return len(actual or []) == len(wanted) and all(
            any(_includes(entry, item) for entry in actual) for item in wanted
        )
    return actual == wanted


def _present(resources: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((resource for resource in resources if resource["status"] != "DELETED"), None)


def _valid(name: str, resource: dict[str, Any] | None) -> bool:
    if resource and resource["status"] == "INVALID":
        raise StepError(f"{name} is INVALID: {resource.get('statusReason')}")
    return resource is not None and resource["status"] == "VALID"
