"""The three wire protocols: each parses a request to operation and parameters, and serializes responses and errors.

Sources: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html,
https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html and
https://smithy.io/2.0/aws/protocols/aws-query-protocol.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from starlette.responses import Response

from embedded.services.aws.errors import AwsError
from embedded.services.aws.protocol import models
from embedded.services.aws.protocol.models import wire_name
from embedded.services.aws.protocol.request import RawRequest
from embedded.services.aws.protocol.serialize_output import serialize_output, serialize_xml
from embedded.services.aws.xml import render

_JSON = "application/x-amz-json-1.1"


class Wire(Protocol):
    """A wire protocol."""

    def parse_request(self, service: str, raw: RawRequest) -> tuple[OperationModel, Any]:
        """Find the operation and its parameters, which are not yet validated.

        Parameters:
            service: name of the service in boto3.
            raw: the HTTP request.

        Raises:
            AwsError: the service has no such operation.
        """

    def serialize_response(self, operation: OperationModel, result: Mapping[str, Any], request_id: str) -> Response:
        """Serialize the output of an operation.

        Parameters:
            operation: model of the operation.
            result: output by the names in the model.
            request_id: id of the request.
        """

    def serialize_error(self, error: AwsError, request_id: str) -> Response:
        """Serialize an error."""


class Json:
    """JSON 1.1: the operation is in a header, the parameters are in the body."""

    def parse_request(self, service: str, raw: RawRequest) -> tuple[OperationModel, Any]:
        """Find the operation and its parameters, as for `Wire.parse_request`."""
        prefix, _, name = raw.headers.get("x-amz-target", "").rpartition(".")
        operation = models.find_operation(service, name)
        if operation is None or prefix != models.load(service).metadata["targetPrefix"]:
            raise AwsError("UnknownOperationException", f"{name or 'Without X-Amz-Target'}: no such operation", 404)
        return operation, _parsed(raw.body)

    def serialize_response(self, operation: OperationModel, result: Mapping[str, Any], request_id: str) -> Response:
        """Serialize the output of an operation.

        Parameters: as for `Wire.serialize_response`.
        """
        return _json_response(serialize_output(operation.output_shape, result), 200, request_id)

    def serialize_error(self, error: AwsError, request_id: str) -> Response:
        """Serialize an error."""
        content = {"__type": error.code, "message": error.message, "Message": error.message, **error.details}
        return _json_response(content, error.status, request_id)


class RestJson:
    """REST with JSON: method and path select the operation; the parameters are in path, query and body."""

    def parse_request(self, service: str, raw: RawRequest) -> tuple[OperationModel, Any]:
        """Find the operation and its parameters, as for `Wire.parse_request`."""
        model = models.load(service)
        for name in model.operation_names:
            operation = model.operation_model(name)
            match = re.fullmatch(_path_pattern(operation.http["requestUri"]), raw.path)
            if match and operation.http["method"] == raw.method:
                return operation, _rest_parameters(operation, match.groupdict(), raw)
        raise AwsError("UnknownOperationException", f"{raw.method} {raw.path}: no such operation", 404)

    def serialize_response(self, operation: OperationModel, result: Mapping[str, Any], request_id: str) -> Response:
        """Serialize the output of an operation.

        Parameters: as for `Wire.serialize_response`.
        """
        status = operation.http.get("responseCode", 200)
        return _json_response(serialize_output(operation.output_shape, result), status, request_id, "application/json")

    def serialize_error(self, error: AwsError, request_id: str) -> Response:
        """Serialize an error."""
        response = _json_response({"message": error.message}, error.status, request_id, "application/json")
        response.headers["x-amzn-ErrorType"] = error.code
        return response


class Query:
    """Query: the request is a form, the response is XML."""

    def parse_request(self, service: str, raw: RawRequest) -> tuple[OperationModel, Any]:
        """Find the operation and its parameters, as for `Wire.parse_request`."""
        form = dict(parse_qsl(f"{raw.query}&{raw.body.decode()}".strip("&"), keep_blank_values=True))
        name = form.get("Action", "")
        operation = models.find_operation(service, name)
        version = models.load(service).api_version
        if operation is None or form.get("Version") != version:
            message = f"Could not find operation {name or '(none)'} for version {form.get('Version', '(none)')}"
            raise AwsError("InvalidAction", message)
        return operation, _nest_form(operation.input_shape, form, "") if operation.input_shape else {}

    def serialize_response(self, operation: OperationModel, result: Mapping[str, Any], request_id: str) -> Response:
        """Serialize the output of an operation.

        Parameters: as for `Wire.serialize_response`.
        """
        shape, content = operation.output_shape, {}
        if shape is not None:
            content[shape.serialization.get("resultWrapper", f"{operation.name}Result")] = serialize_xml(shape, result)
        content["ResponseMetadata"] = {"RequestId": request_id}
        namespace = operation.service_model.metadata.get("xmlNamespace")
        return Response(render(f"{operation.name}Response", content, namespace), 200, media_type="text/xml")

    def serialize_error(self, error: AwsError, request_id: str) -> Response:
        """Serialize an error."""
        blame = "Sender" if error.status < 500 else "Receiver"
        content = {"Error": {"Type": blame, "Code": error.code, "Message": error.message}, "RequestId": request_id}
        return Response(render("ErrorResponse", content, None), error.status, media_type="text/xml")


WIRES: Mapping[str, Wire] = {"json": Json(), "rest-json": RestJson(), "query": Query()}
"""By the name of the protocol in the model."""


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except ValueError as error:
        raise AwsError("SerializationException", "The body is not valid JSON") from error


def _json_response(content: Any, status: int, request_id: str, kind: str = _JSON) -> Response:
    return Response(json.dumps(content), status, {"x-amzn-RequestId": request_id}, kind)


def _path_pattern(template: str) -> str:
    """`/v1/tags/{resourceArn}` as a regular expression; `{name+}` takes slashes too."""
    parts = re.split(r"(\{\w+\+?\})", template.partition("?")[0])
    names = (part.strip("{}") for part in parts)
    return "".join(
        (
            f"(?P<{name.rstrip('+')}>{'.+' if name.endswith('+') else '[^/]+'})"
            if part.startswith("{")
            else re.escape(part)
        )
        for part, name in zip(parts, names, strict=True)
    )


def _rest_parameters(operation: OperationModel, in_path: Mapping[str, str], raw: RawRequest) -> Any:
    shape = operation.input_shape
    if shape is None:
        return {}
    in_body = _parsed(raw.body)
    if not isinstance(in_body, dict):
        return in_body
    parameters = {**in_body}
    pairs = parse_qsl(raw.query, keep_blank_values=True)
    for name, member in shape.members.items():
        sent_as = wire_name(member, name)
        location = member.serialization.get("location")
        if location == "uri":
            parameters[sent_as] = unquote(in_path[sent_as])
        elif location == "querystring":
            values = [value for key, value in pairs if key == sent_as]
            parameters[sent_as] = values if isinstance(member, ListShape) else next(iter(values), None)
    return parameters


def _nest_form(shape: Shape, form: Mapping[str, str], prefix: str) -> Any:
    """Nest the flat names of a form by a shape; None if the form has no value for it.

    Parameters:
        shape: shape in the model.
        form: values by names such as `Tags.member.1.Key`.
        prefix: prefix of the names, such as `Tags`; empty for the whole input.
    """
    if isinstance(shape, StructureShape):
        members = {
            wire_name(member, name): _nest_form(member, form, _dotted(prefix, wire_name(member, name)))
            for name, member in shape.members.items()
        }
        kept = {name: value for name, value in members.items() if value is not None}
        return kept if kept or not prefix else None
    if isinstance(shape, ListShape):
        inner = prefix if shape.serialization.get("flattened") else _dotted(prefix, wire_name(shape.member, "member"))
        values = [_nest_form(shape.member, form, f"{inner}.{number}") for number in _numbers(form, inner)]
        return values or ([] if form.get(prefix) == "" else None)
    if isinstance(shape, MapShape):
        inner = prefix if shape.serialization.get("flattened") else _dotted(prefix, "entry")
        key, value = wire_name(shape.key, "key"), wire_name(shape.value, "value")
        entries = [f"{inner}.{number}" for number in _numbers(form, inner)]
        return {form[f"{entry}.{key}"]: _nest_form(shape.value, form, f"{entry}.{value}") for entry in entries} or None
    return form.get(prefix)


def _dotted(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _numbers(form: Mapping[str, str], prefix: str) -> list[int]:
    matches = (re.match(rf"{re.escape(prefix)}\.([0-9]{{1,9}})(?:\.|$)", name) for name in form)
    return sorted({int(match[1]) for match in matches if match})
