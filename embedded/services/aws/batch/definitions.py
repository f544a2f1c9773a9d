"""Batch's operations on job definitions.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

from collections.abc import Mapping

from embedded.services.aws.batch.errors import refused, unsupported
from embedded.services.aws.batch.lookup import PAGE, Output, list_in_order
from embedded.services.aws.batch.store import BatchStore, Body
from embedded.services.aws.batch.validation import check_container, check_name, check_retries, check_timeout
from embedded.services.aws.protocol.request import Request


class Definitions:
    """Operations on job definitions."""

    def __init__(self, store: BatchStore) -> None:
        self._store = store

    def register_job_definition(
        self,
        request: Request,
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
        """RegisterJobDefinition.

        Parameters: as in https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html
        """
        check_name("job definition", job_definition_name)
        if type != "container" or container_properties is None:
            raise unsupported("a job definition of another type than container, with containerProperties,")
        capabilities = platform_capabilities or ["EC2"]
        check_container(container_properties, "FARGATE" in capabilities)
        check_retries(retry_strategy or {})
        check_timeout(timeout or {})

        def body(revision: int) -> Body:
            return {
                "jobDefinitionName": job_definition_name,
                "jobDefinitionArn": request.arn("batch", f"job-definition/{job_definition_name}:{revision}"),
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

        definition = self._store.add_definition(request.region, job_definition_name, body)
        return {name: definition[name] for name in ("jobDefinitionName", "jobDefinitionArn", "revision")}

    def describe_job_definitions(
        self,
        request: Request,
        job_definitions: list[str] | None = None,
        job_definition_name: str | None = None,
        status: str | None = None,
        max_results: int = PAGE,
        next_token: str | None = None,
    ) -> Output:
        """DescribeJobDefinitions.

        Parameters: as in https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobDefinitions.html
        """
        definitions = self._store.definitions(request.region)
        if job_definition_name:
            definitions = [item for item in definitions if item["jobDefinitionName"] == job_definition_name]
        if job_definitions:
            wanted = [reference.rpartition("/")[2] for reference in job_definitions]
            definitions = [item for item in definitions if not _names(item).isdisjoint(wanted)]
        if status:
            definitions = [item for item in definitions if item["status"] == status]
        return list_in_order("jobDefinitions", definitions, next_token, max_results)

    def deregister_job_definition(self, request: Request, job_definition: str) -> None:
        """DeregisterJobDefinition: https://docs.aws.amazon.com/batch/latest/APIReference/API_DeregisterJobDefinition.html"""
        definition = find_definition(self._store, request, job_definition)
        if definition is None:
            raise refused(f"Job definition {job_definition} does not exist or is not ACTIVE")
        self._store.save_definition(request.region, {**definition, "status": "INACTIVE"})


def find_definition(store: BatchStore, request: Request, reference: str) -> Body | None:
    """The active revision for a reference, by default the latest; None if there is none.

    Parameters:
        store: all definitions.
        request: its region counts.
        reference: name, name:revision or ARN.
    """
    wanted = reference.rpartition("/")[2]
    active = (item for item in store.definitions(request.region) if item["status"] == "ACTIVE")
    return next((item for item in active if wanted in _names(item)), None)


def revision_name(definition: Body) -> str:
    """Name and revision, such as `load:3`."""
    return f"{definition['jobDefinitionName']}:{definition['revision']}"


def _names(definition: Body) -> set[str]:
    return {definition["jobDefinitionName"], revision_name(definition)}
