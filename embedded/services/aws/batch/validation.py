"""Validates job definitions and jobs as Batch does, and refuses what only containers can provide.

Source: https://docs.aws.amazon.com/batch/latest/userguide/job_definition_parameters.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from embedded.services.aws.batch.errors import refused, unsupported
from embedded.shared.numbers import whole_number

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_UNKNOWN = (
    *("volumes", "mountPoints", "ulimits", "user", "privileged", "instanceType", "linuxParameters", "secrets"),
    *("readonlyRootFilesystem", "repositoryCredentials", "enableExecuteCommand"),
)
_LOG_OPTIONS = {"awslogs-group", "awslogs-stream-prefix", "awslogs-region", "awslogs-create-group"}
_FARGATE_MEMORY: Mapping[str, Sequence[int]] = {
    "0.25": (512, 1024, 2048),
    "0.5": range(1024, 4096 + 1, 1024),
    "1": range(2048, 8192 + 1, 1024),
    "2": range(4096, 16384 + 1, 1024),
    "4": range(8192, 30720 + 1, 1024),
    "8": range(16384, 61440 + 1, 4096),
    "16": range(32768, 122880 + 1, 8192),
}
"""Valid memory sizes in MiB by number of vCPUs.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html
"""
SHORTEST_SECONDS = 60


def check_name(what: str, name: str) -> None:
    """Check the name of a definition or a job.

    Parameters:
        what: `job` or `job definition`, for the message.
        name: the name.

    Raises:
        AwsError: the name is invalid.
    """
    if not _NAME.fullmatch(name):
        raise refused(f"The {what} name {name!r} must begin with a letter or digit and have up to 128 of a-zA-Z0-9_-")


def check_container(container: Mapping[str, Any], fargate: bool) -> None:
    """Check the properties of a container.

    Parameters:
        container: in Batch's shape.
        fargate: whether the container runs on Fargate.

    Raises:
        AwsError: a value is invalid or not supported.
    """
    for name in _UNKNOWN:
        if container.get(name):
            raise unsupported(f"containerProperties.{name}")
    if not container.get("image"):
        raise refused("Container properties should have an image")
    check_environment(container.get("environment", []))
    log = container.get("logConfiguration", {})
    if log and (
        log["logDriver"] != "awslogs" or log.get("secretOptions") or log.get("options", {}).keys() - _LOG_OPTIONS
    ):
        raise unsupported("a logConfiguration other than awslogs with a group and a stream prefix")
    needs = {item["type"]: item["value"] for item in container.get("resourceRequirements", [])}
    if "GPU" in needs:
        raise unsupported("the resource GPU")
    if fargate:
        _check_fargate(container, needs)
    elif not _has(container, needs, "vcpus", "VCPU") or not _has(container, needs, "memory", "MEMORY"):
        raise refused("Container properties should have both VCPU and MEMORY in resourceRequirements")


def check_environment(variables: Sequence[Mapping[str, str]]) -> None:
    """Check the environment variables of a definition or of its overrides.

    Raises:
        AwsError: a variable has no name or no value, or a reserved name.
    """
    for variable in variables:
        if not variable.get("name") or "value" not in variable:
            raise refused(f"Environment variables need a name and a value: {dict(variable)}")
        if variable["name"].startswith("AWS_BATCH"):
            raise refused(f"Environment variable {variable['name']}: names that begin with AWS_BATCH are reserved")


def check_timeout(timeout: Mapping[str, Any]) -> None:
    """Check a time limit.

    Raises:
        AwsError: the limit is too short.
    """
    seconds = timeout.get("attemptDurationSeconds", SHORTEST_SECONDS)
    if seconds < SHORTEST_SECONDS:
        raise refused(f"attemptDurationSeconds must be at least {SHORTEST_SECONDS}, and is {seconds}")


def check_retries(strategy: Mapping[str, Any]) -> None:
    """Check a retry strategy.

    Raises:
        AwsError: the number of attempts is out of bounds.
    """
    if not 1 <= strategy.get("attempts", 1) <= 10:
        raise refused(f"attempts must be from 1 to 10, and is {strategy['attempts']}")


def _check_fargate(container: Mapping[str, Any], needs: Mapping[str, str]) -> None:
    if "vcpus" in container or "memory" in container:
        raise refused("vcpus and memory are not for Fargate: name VCPU and MEMORY in resourceRequirements")
    if not container.get("executionRoleArn"):
        raise refused("EXECUTION ROLE is required for Fargate jobs: give executionRoleArn")
    cpus, memory = needs.get("VCPU", "").removesuffix(".0"), needs.get("MEMORY", "")
    if cpus not in _FARGATE_MEMORY:
        raise refused(f"Fargate: VCPU must be one of {', '.join(_FARGATE_MEMORY)}, and is {cpus or 'missing'}")
    if whole_number(memory, 0, 2**31) not in _FARGATE_MEMORY[cpus]:
        choice = ", ".join(map(str, _FARGATE_MEMORY[cpus]))
        raise refused(f"Fargate: MEMORY for {cpus} VCPU must be one of {choice}, and is {memory or 'missing'}")


def _has(container: Mapping[str, Any], needs: Mapping[str, str], old: str, new: str) -> bool:
    return old in container or new in needs
