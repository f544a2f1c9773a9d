"""Dispatches the operations of a service to the methods of its resources."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from botocore import xform_name
from botocore.model import OperationModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from embedded.services.aws.errors import AwsError
from embedded.services.aws.protocol import models
from embedded.services.aws.protocol.parse_input import InvalidInput, parse_input
from embedded.services.aws.protocol.request import RawRequest, Request
from embedded.services.aws.protocol.wire import WIRES, Wire

_QUERY_ERRORS = {
    "InvalidAccessKeyId": "InvalidClientTokenId",
    "RequestTimeTooSkewed": "SignatureDoesNotMatch",
    "AuthorizationHeaderMalformed": "IncompleteSignature",
}
_JSON_ERRORS = {
    "InvalidAccessKeyId": "UnrecognizedClientException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "RequestTimeTooSkewed": "InvalidSignatureException",
    "AuthorizationHeaderMalformed": "IncompleteSignatureException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
}
"""Codes of signature errors, by S3's code: services of these protocols have codes of their own."""


class Dispatcher:
    """A service whose operations are methods of resource objects.

    The operation `GetTable` is the method `get_table`. It gets a `Request` and each parameter under its name in boto3,
    such as `database_name`, and returns the output by the names in the model, or None for an empty output. It runs in a
    thread of a pool. A parameter that the method does not have is refused unless it is empty; it is never ignored.

    Parameters:
        name: name of the service in boto3 and in signatures.
        resources: objects with the methods.
        invalid: error code for parameters that do not fit the model.
        missing: error code for unsupported operations and parameters.
    """

    def __init__(self, name: str, *resources: object, invalid: str, missing: str = "NotImplemented") -> None:
        self._name = name
        self._resources = resources
        self._invalid = invalid
        self._missing = missing

    async def handle(self, request: HttpRequest, path: str, caller: str | None) -> Response:
        """Answer a request.

        Parameters:
            request: the request; `request.state.region` is the region of its signature.
            path: as sent, percent-encoded.
            caller: the access key; None for an unsigned request.

        Raises:
            AwsError: the request cannot be served.
        """
        if caller is None:
            raise AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
        query = request.scope["query_string"].decode("latin-1")
        raw = RawRequest(request.method, path, query, dict(request.headers), await request.body())
        return await run_in_threadpool(self._dispatch, raw, caller, request.state.region)

    def error_response(self, error: AwsError, path: str, request_id: str) -> Response:
        """Serialize an error, with the status that the model gives to its code.

        Parameters:
            error: the error.
            path: path of the request; only S3 includes it.
            request_id: id of the request.
        """
        del path
        codes = _QUERY_ERRORS if models.load(self._name).protocol == "query" else _JSON_ERRORS
        code = codes.get(error.code, error.code)
        status = _status(self._name, code) or error.status
        return self._wire.serialize_error(AwsError(code, error.message, status, **error.details), request_id)

    @property
    def _wire(self) -> Wire:
        return WIRES[models.load(self._name).protocol]

    def _dispatch(self, raw: RawRequest, caller: str, region: str) -> Response:
        operation, values = self._wire.parse_request(self._name, raw)
        method = self._method(operation.name)
        try:
            parameters = parse_input(operation.input_shape, values)
        except InvalidInput as error:
            raise AwsError(self._invalid, str(error)) from error
        self._refuse_unknown(method, operation, parameters)
        known = inspect.signature(method).parameters
        arguments = {xform_name(name): value for name, value in parameters.items() if xform_name(name) in known}
        result = method(Request(region, caller, operation.name), **arguments)
        return self._wire.serialize_response(operation, result or {}, str(uuid.uuid4()))

    def _method(self, name: str) -> Callable[..., Mapping[str, Any] | None]:
        methods = (getattr(resource, xform_name(name), None) for resource in self._resources)
        method = next(filter(None, methods), None)
        if method is None:
            raise AwsError(self._missing, f"{self._name}: {name} is not part of the embedded AWS.", 501)
        return method

    def _refuse_unknown(self, method: Callable[..., Any], operation: OperationModel, values: Mapping[str, Any]) -> None:
        known = inspect.signature(method).parameters
        for name, value in values.items():
            if xform_name(name) not in known and value not in ([], {}, ""):
                message = f"{operation.name}: the parameter {name} is not part of the embedded AWS; leave it out."
                raise AwsError(self._missing, message, 501)


def _status(service: str, code: str) -> int | None:
    """The HTTP status of an error code, if the model has it."""
    for shape in models.load(service).error_shapes:
        error = shape.metadata.get("error", {})
        if code in (shape.name, error.get("code")):
            return int(error.get("httpStatusCode", 400))
    return None
