"""The AWS account to work on, and waiting for its resources."""

import time
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError

Result = TypeVar("Found")
POLL_SECONDS = 2.0
"""Time between two checks of a resource that takes a while."""


class StepError(RuntimeError):
    """A step failed; the message says what to do about it."""


class Account:
    """An account in a region.

    Parameters:
        region: such as `ap-southeast-2`.
    """

    def __init__(self, region: str) -> None:
        self.region = region
        self._session = boto3.Session(region_name=region)
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """A client of a service, made once."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service)
        return self._clients[service]

    @cached_property
    def number(self) -> str:
        """The account's number; ClientError if the keys are not known."""
        return self.client("sts").get_caller_identity()["Account"]

    @property
    def is_aws(self) -> bool:
        """Whether it is an account of AWS itself, and not an emulator at another address."""
        host = urlsplit(self.client("batch").meta.endpoint_url).hostname or ""
        return host.endswith((".amazonaws.com", ".amazonaws.com.cn"))

    @property
    def location(self) -> str:
        """Where the account is, for people."""
        return "on AWS" if self.is_aws else f"at {self.client('batch').meta.endpoint_url}"

    def role_arn(self, name: str) -> str:
        """The ARN of a role."""
        return f"arn:aws:iam::{self.number}:role/{name}"


def wait_for(what: str, look: Callable[[], Result | None], seconds: float = 300) -> Result:
    """Call a function until it returns a true value.

    Parameters:
        what: name of what is waited for.
        look: returns None, or another false value, until it is there.
        seconds: longest time to wait.

    Raises:
        StepError: the time is over.
    """
    deadline = time.monotonic() + seconds
    while not (result := look()):
        if time.monotonic() > deadline:
            raise StepError(f"{what} took longer than {seconds:.0f} s: look at it in AWS's console, and run this again")
        time.sleep(POLL_SECONDS)
    return result


def code_of(error: ClientError) -> str:
    """The code of an error."""
    return error.response["Error"]["Code"]
