"""A service of AWS whose operations are methods."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore import xform_name
from botocore.model import OperationModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from embedded.services.aws.account import ACCOUNT
from embedded.services.aws.errors import AwsError
from embedded.services.aws.protocol import models
from embedded.services.aws.protocol.parse_input import Invalid, read
from embedded.services.aws.protocol.wire import WIRES, Sent, Wire

_OF_FORMS = {
    "InvalidAccessKeyId": "InvalidClientTokenId",
    "RequestTimeTooSkewed": "SignatureDoesNotMatch",
    "AuthorizationHeaderMalformed": "IncompleteSignature",
}
_OF_JSON = {
    "InvalidAccessKeyId": "UnrecognizedClientException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "RequestTimeTooSkewed": "InvalidSignatureException",
    "AuthorizationHeaderMalformed": "IncompleteSignatureException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
}
"""How errors of signatures, which S3 names its own way, are called by services of this protocol."""


@dataclass(frozen=True)
class Call:
    """Who asks, and where.

    Parameters:
        region: the one that the request is signed for.
        caller: the access key.
        operation: such as `GetTable`.
    """

    region: str
    caller: str
    operation: str

    def arn(self, service: str, resource: str) -> str:
        """The name of a resource of this account and region, such as `arn:aws:glue:...:table/a/b`.

        Parameters:
            service: such as `glue`.
            resource: such as `table/a/b`.
        """
        return f"arn:aws:{service}:{self.region}:{ACCOUNT}:{resource}"


class Service:
    """A part of the front that answers with methods of objects.

    The operation `GetTable` is the method `get_table`, which gets a `Call`, and each parameter under its name in
    boto3, such as `database_name`. It returns the output by the names in the model, or None for an empty one. It runs
    in a thread of a pool. A parameter that the method does not have is refused unless it is empty, never ignored.

    Parameters:
        name: of the service, in boto3 and in signatures.
        parts: have the methods.
        invalid: the code for parameters that do not fit the model.
        missing: the code for operations and parameters that are absent here.
    """

    def __init__(self, name: str, *parts: object, invalid: str, missing: str = "NotImplemented") -> None:
        self._name = name
        self._parts = parts
        self._invalid = invalid
        self._missing = missing

    async def handle(self, request: Request, path: str, caller: str | None) -> Response:
        """Answer a request.

        Parameters:
            request: the request; `request.state.region` is the region that it is signed for.
            path: as it was sent.
            caller: the access key; None for nobody.

        Raises:
            AwsError: it cannot be done.
        """
        if caller is None:
            raise AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
        query = request.scope["query_string"].decode("latin-1")
        sent = Sent(request.method, path, query, dict(request.headers), await request.body())
        return await run_in_threadpool(self._answer, sent, caller, request.state.region)

    def refusal(self, error: AwsError, path: str, request_id: str) -> Response:
        """An error as this service tells it, with the status that the model gives to its code."""
        del path  # only S3 names it
        names = _OF_FORMS if models.load(self._name).protocol == "query" else _OF_JSON
        code = names.get(error.code, error.code)
        status = _status(self._name, code) or error.status
        return self._wire.refusal(AwsError(code, error.message, status, **error.details), request_id)

    @property
    def _wire(self) -> Wire:
        return WIRES[models.load(self._name).protocol]

    def _answer(self, sent: Sent, caller: str, region: str) -> Response:
        operation, given = self._wire.read(self._name, sent)
        method = self._method(operation.name)
        try:
            parameters = read(operation.input_shape, given)
        except Invalid as error:
            raise AwsError(self._invalid, str(error)) from error
        self._refuse_unknown(method, operation, parameters)
        known = inspect.signature(method).parameters
        arguments = {xform_name(name): value for name, value in parameters.items() if xform_name(name) in known}
        result = method(Call(region, caller, operation.name), **arguments)
        return self._wire.answer(operation, result or {}, str(uuid.uuid4()))

    def _method(self, name: str) -> Callable[..., Mapping[str, Any] | None]:
        found = (getattr(part, xform_name(name), None) for part in self._parts)
        method = next(filter(None, found), None)
        if method is None:
            raise AwsError(self._missing, f"{self._name}: {name} is not part of the embedded AWS.", 501)
        return method

    def _refuse_unknown(self, method: Callable[..., Any], operation: OperationModel, given: Mapping[str, Any]) -> None:
        known = inspect.signature(method).parameters
        for name, value in given.items():
            if xform_name(name) not in known and value not in ([], {}, ""):
                message = f"{operation.name}: the parameter {name} is not part of the embedded AWS; leave it out."
                raise AwsError(self._missing, message, 501)


def _status(service: str, code: str) -> int | None:
    """The status of an error by its code, where the model tells it."""
    for shape in models.load(service).error_shapes:
        told = shape.metadata.get("error", {})
        if code in (shape.name, told.get("code")):
            return int(told.get("httpStatusCode", 400))
    return None
