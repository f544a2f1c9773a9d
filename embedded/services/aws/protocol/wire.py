"""The three ways in which requests travel; each finds the operation and its parameters, and tells answers and errors.

Sources: the protocols of Smithy, https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html and its neighbours
`aws-restjson1-protocol` and `aws-query-protocol`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from starlette.responses import Response

from embedded.services.aws.errors import AwsError
from embedded.services.aws.protocol import models
from embedded.services.aws.protocol.models import wire_name
from embedded.services.aws.protocol.serialize_output import element, shaped
from embedded.services.aws.xml import document

_JSON = "application/x-amz-json-1.1"


@dataclass(frozen=True)
class Sent:
    """A request, read as a whole.

    Parameters:
        method: such as POST.
        path: as it was sent, percent signs and all.
        query: likewise, without the question mark.
        headers: by lower-case name.
        body: its bytes.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class Wire(Protocol):
    """A way in which requests travel."""

    def read(self, service: str, sent: Sent) -> tuple[OperationModel, Any]:
        """The operation and its parameters, not yet checked; AwsError if there is none of that name."""

    def answer(self, operation: OperationModel, result: Mapping[str, Any], request_id: str) -> Response:
        """What an operation gives, by the names in the model."""

    def refusal(self, error: AwsError, request_id: str) -> Response:
        """An error."""


class Json:
    """JSON 1.1: the operation in a header, parameters in the body."""

    def read(self, service: str, sent: Sent) -> tuple[OperationModel, Any]:
        prefix, _, name = sent.headers.get("x-amz-target", "").rpartition(".")
        operation = models.operation(service, name)
        if operation is None or prefix != models.load(service).metadata["targetPrefix"]:
            raise AwsError("UnknownOperationException", f"{name or 'Without X-Amz-Target'}: no such operation", 404)
        return operation, _parsed(sent.body)

    def answer(self, operation: OperationModel, result: Mapping[str, Any], request_id: str) -> Response:
        return _json_response(shaped(operation.output_shape, result), 200, request_id)

    def refusal(self, error: AwsError, request_id: str) -> Response:
        content = {"__type": error.code, "message": error.message, "Message": error.message, **error.details}
        return _json_response(content, error.status, request_id)


class RestJson:
    """REST with JSON: method and path tell the operation; parameters are in path, query and body."""

    def read(self, service: str, sent: Sent) -> tuple[OperationModel, Any]:
        model = models.load(service)
        for name in model.operation_names:
            operation = model.operation_model(name)
            found = re.fullmatch(_path_pattern(operation.http["requestUri"]), sent.path)
            if found and operation.http["method"] == sent.method:
                return operation, _rest_parameters(operation, found.groupdict(), sent)
        raise AwsError("UnknownOperationException", f"{sent.method} {sent.path}: no such operation", 404)

    def answer(self, operation: OperationModel, result: Mapping[str, Any], request_id: str) -> Response:
        status = operation.http.get("responseCode", 200)
        return _json_response(shaped(operation.output_shape, result), status, request_id, "application/json")

    def refusal(self, error: AwsError, request_id: str) -> Response:
        response = _json_response({"message": error.message}, error.status, request_id, "application/json")
        response.headers["x-amzn-ErrorType"] = error.code
        return response


class Query:
    """A form as the request, XML as the answer."""

    def read(self, service: str, sent: Sent) -> tuple[OperationModel, Any]:
        form = dict(parse_qsl(f"{sent.query}&{sent.body.decode()}".strip("&"), keep_blank_values=True))
        name = form.get("Action", "")
        operation = models.operation(service, name)
        version = models.load(service).api_version
        if operation is None or form.get("Version") != version:
            message = f"Could not find operation {name or '(none)'} for version {form.get('Version', '(none)')}"
            raise AwsError("InvalidAction", message)
        return operation, _unfolded(operation.input_shape, form, "") if operation.input_shape else {}

    def answer(self, operation: OperationModel, result: Mapping[str, Any], request_id: str) -> Response:
        shape, content = operation.output_shape, {}
        if shape is not None:
            content[shape.serialization.get("resultWrapper", f"{operation.name}Result")] = element(shape, result)
        content["ResponseMetadata"] = {"RequestId": request_id}
        namespace = operation.service_model.metadata.get("xmlNamespace")
        return Response(document(f"{operation.name}Response", content, namespace), 200, media_type="text/xml")

    def refusal(self, error: AwsError, request_id: str) -> Response:
        blame = "Sender" if error.status < 500 else "Receiver"
        content = {"Error": {"Type": blame, "Code": error.code, "Message": error.message}, "RequestId": request_id}
        return Response(document("ErrorResponse", content, None), error.status, media_type="text/xml")


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


def _rest_parameters(operation: OperationModel, in_path: Mapping[str, str], sent: Sent) -> Any:
    shape = operation.input_shape
    if shape is None:
        return {}
    in_body = _parsed(sent.body)
    if not isinstance(in_body, dict):
        return in_body
    found = {**in_body}
    pairs = parse_qsl(sent.query, keep_blank_values=True)
    for name, member in shape.members.items():
        sent_as = wire_name(member, name)
        location = member.serialization.get("location")
        if location == "uri":
            found[sent_as] = unquote(in_path[sent_as])
        elif location == "querystring":
            values = [value for key, value in pairs if key == sent_as]
            found[sent_as] = values if isinstance(member, ListShape) else next(iter(values), None)
    return found


def _unfolded(shape: Shape, form: Mapping[str, str], prefix: str) -> Any:
    """What a form says of a shape; None when it says nothing.

    Parameters:
        shape: of the model.
        form: `Tags.member.1.Key` and the like.
        prefix: of the names that count, such as `Tags`; empty for the input as a whole.
    """
    if isinstance(shape, StructureShape):
        found = {
            wire_name(member, name): _unfolded(member, form, _dotted(prefix, wire_name(member, name)))
            for name, member in shape.members.items()
        }
        kept = {name: value for name, value in found.items() if value is not None}
        return kept if kept or not prefix else None
    if isinstance(shape, ListShape):
        inner = prefix if shape.serialization.get("flattened") else _dotted(prefix, wire_name(shape.member, "member"))
        values = [_unfolded(shape.member, form, f"{inner}.{number}") for number in _numbers(form, inner)]
        return values or ([] if form.get(prefix) == "" else None)
    if isinstance(shape, MapShape):
        inner = prefix if shape.serialization.get("flattened") else _dotted(prefix, "entry")
        key, value = wire_name(shape.key, "key"), wire_name(shape.value, "value")
        entries = [f"{inner}.{number}" for number in _numbers(form, inner)]
        return {form[f"{entry}.{key}"]: _unfolded(shape.value, form, f"{entry}.{value}") for entry in entries} or None
    return form.get(prefix)


def _dotted(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _numbers(form: Mapping[str, str], prefix: str) -> list[int]:
    found = (re.match(rf"{re.escape(prefix)}\.(\d+)(?:\.|$)", name) for name in form)
    return sorted({int(match[1]) for match in found if match})
