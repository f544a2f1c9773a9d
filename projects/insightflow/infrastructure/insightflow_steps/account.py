"""The account of AWS that is worked on, and waiting for it."""

import time
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError

Result = TypeVar("Found")
POLL_SECONDS = 2.0
"""Between two looks at something that takes its time."""


class StepError(RuntimeError):
    """A step cannot be done; the message says what helps."""


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
        """Whether it is an account of AWS itself, and not a stand-in at an address of its own."""
        host = urlsplit(self.client("batch").meta.endpoint_url).hostname or ""
        return host.endswith((".amazonaws.com", ".amazonaws.com.cn"))

    @property
    def location(self) -> str:
        """Where it is, for people."""
        return "on AWS" if self.is_aws else f"at {self.client('batch').meta.endpoint_url}"

    def role_arn(self, name: str) -> str:
        """The ARN of a role."""
        return f"arn:aws:iam::{self.number}:role/{name}"


def wait_for(what: str, look: Callable[[], Result | None], seconds: float = 300) -> Result:
    """Look again and again until there is something.

    Parameters:
        what: is waited for.
        look: gives None, or something false, as long as it is not there.
        seconds: how long to wait.

    Raises:
        StepError: it was not there in time.
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
