"""Requests: the raw HTTP message, and the parsed request that an operation gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from embedded.services.aws.account import ACCOUNT


@dataclass(frozen=True)
class RawRequest:
    """An HTTP request whose body has been read.

    Parameters:
        method: such as POST.
        path: as sent, percent-encoded.
        query: as sent, without the question mark.
        headers: by lower-case name.
        body: the bytes of the body.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Request:
    """A request to an operation, without its parameters.

    Parameters:
        region: the region of the request's signature.
        caller: the access key.
        operation: such as `GetTable`.
    """

    region: str
    caller: str
    operation: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of this account and region, such as `arn:aws:glue:...:table/a/b`.

        Parameters:
            service: such as `glue`.
            resource: such as `table/a/b`.
        """
        return f"arn:aws:{service}:{self.region}:{ACCOUNT}:{resource}"
