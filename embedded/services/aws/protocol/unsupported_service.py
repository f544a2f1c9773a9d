"""What a service that is not there answers, in a form that its client can read."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from embedded.services.aws.errors import AwsError, not_implemented
from embedded.services.aws.protocol.wire import WIRES


class Absent:
    """A part of the front for a service that is not part of the embedded AWS.

    Parameters:
        name: that the request is signed for.
        request: tells by its form how the service takes requests.
    """

    def __init__(self, name: str, request: Request) -> None:
        self._name = name
        kind = request.headers.get("content-type", "")
        by_target = "x-amz-target" in request.headers
        self._wire = WIRES["json" if by_target else "query" if "x-www-form-urlencoded" in kind else "rest-json"]

    async def handle(self, request: Request, path: str, caller: str | None) -> Response:
        """Refuse; always raises AwsError."""
        raise not_implemented(f"The service {self._name!r}")

    def refusal(self, error: AwsError, path: str, request_id: str) -> Response:
        """An error as such a service tells it."""
        return self._wire.refusal(error, request_id)
