"""Refuses requests to services that the emulator does not have, in a form that their clients can read."""

from __future__ import annotations

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from embedded.services.aws.errors import AwsError, not_implemented
from embedded.services.aws.protocol.wire import WIRES


class UnsupportedService:
    """A service that is not part of the embedded AWS.

    Parameters:
        name: name of the service in the request's signature.
        request: its headers show the protocol of the service.
    """

    def __init__(self, name: str, request: HttpRequest) -> None:
        self._name = name
        kind = request.headers.get("content-type", "")
        by_target = "x-amz-target" in request.headers
        self._wire = WIRES["json" if by_target else "query" if "x-www-form-urlencoded" in kind else "rest-json"]

    async def handle(self, request: HttpRequest, path: str, caller: str | None) -> Response:
        """Refuse the request.

        Parameters:
            request: the request.
            path: as sent, percent-encoded.
            caller: the access key; None for an unsigned request.

        Raises:
            AwsError: always.
        """
        raise not_implemented(f"The service {self._name!r}")

    def error_response(self, error: AwsError, path: str, request_id: str) -> Response:
        """Serialize an error.

        Parameters:
            error: the error.
            path: path of the request; not used.
            request_id: id of the request.
        """
        return self._wire.serialize_error(error, request_id)
