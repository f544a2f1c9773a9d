"""Generated requests for the front of AWS: S3's by path, the others' by botocore's models; all are signed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from urllib.parse import urlencode

import botocore.session
from botocore import xform_name
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.model import OperationModel, ServiceModel, Shape

from tests.support.fuzz import Chooser, Request

SERVICES = ("glue", "athena", "batch", "logs", "iam", "sts")
S3 = (
    *(("GET", False, word) for word in ("", "", "location", "versioning", "policy", "uploads", "acl")),
    *(("PUT", False, ""), ("PUT", False, "policy"), ("POST", False, "delete"), ("HEAD", False, "")),
    *((method, True, "") for method in ("GET", "GET", "HEAD", "PUT", "PUT", "DELETE", "PATCH")),
    *(("POST", True, "uploads"), ("PUT", True, "uploadId"), ("POST", True, "uploadId"), ("GET", True, "uploadId")),
)
"""Method, whether it is about an object, and the parameter that selects the operation."""
NUMBERS = ("max-keys", "partNumber", "part-number-marker", "max-parts", "max-uploads", "versionId", "list-type")
TEXTS = (
    "prefix",
    "delimiter",
    "marker",
    "start-after",
    "continuation-token",
    "encoding-type",
    "uploadId",
)
HEADERS = (
    *("Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "x-amz-copy-source"),
    *("x-amz-copy-source-range", "x-amz-copy-source-if-modified-since", "x-amz-decoded-content-length", "Content-MD5"),
    *("x-amz-checksum-crc32", "x-amz-checksum-sha256", "x-amz-meta-a", "Content-Type", "Content-Encoding", "x-amz-acl"),
    *("x-amz-metadata-directive", "x-amz-trailer", "Expires", "x-amz-date", "x-amz-security-token"),
)
DOCUMENTS = (
    b"",
    b"<Delete><Object><Key>a</Key></Object></Delete>",
    b"<Delete><Object/></Delete>",
    b"<CompleteMultipartUpload><Part><PartNumber>%d</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>",
    b"<CreateBucketConfiguration><LocationConstraint>moon</LocationConstraint></CreateBucketConfiguration>",
    b'{"Version": "2012-10-17", "Statement": [{"Effect": 1, "Principal": [], "Action": {}, "Resource": null}]}',
    b"<a", b"\0", b"{", b"5;x\r\nhello\r\n0\r\n\r\n",
)  # fmt: skip


def requests(endpoint: str, keys: tuple[str, str], region: str, seed: int, count: int) -> Iterator[Request]:
    """Signed requests: half of them to S3.

    Parameters:
        endpoint: URL of the front.
        keys: access key and secret.
        region: of the signatures.
        seed: the same requests for the same seed.
        count: their number.
    """
    choose = Chooser(seed)
    session = botocore.session.get_session()
    models = [session.get_service_model(name) for name in SERVICES]
    for number in range(count):
        if number % 2:
            request, service = _s3(choose), "s3"
        else:
            model = choose.choice(models)
            request, service = _call(choose, model), model.signing_name
        yield _signed(request, endpoint, keys, region, service, choose)


def _signed(
    request: Request, endpoint: str, keys: tuple[str, str], region: str, service: str, choose: Chooser
) -> Request:
    if choose.random() < 0.05:
        return request
    sent = AWSRequest(request.method, f"{endpoint}{request.target}", request.headers, request.body)
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    signer(Credentials(*keys), service, region).add_auth(sent)
    headers = {name: str(value) for name, value in sent.headers.items()}
    if choose.random() < 0.05:
        headers["Authorization"] = headers.get("Authorization", "")[: choose.randint(0, 200)]
    return Request(request.method, request.path, request.query, headers, request.body)


def _s3(choose: Chooser) -> Request:
    method, in_object, subresource = choose.choice(S3)
    path = "/" + choose.segment("fuzz", "fuzz", "other") + ("/" + choose.segment("a.csv", "b/c") if in_object else "")
    query = choose.pairs((*NUMBERS, *TEXTS), 2)
    if subresource:
        query.append((subresource, choose.text() if choose.random() < 0.5 else ""))
    headers = {choose.choice(HEADERS): choose.header() for _ in range(choose.randint(0, 2))}
    if choose.random() < 0.2:
        headers["x-amz-content-sha256"] = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
        headers.setdefault("x-amz-decoded-content-length", "5")
    body = choose.choice(DOCUMENTS).replace(b"%d", choose.text().encode())
    return Request(method, path, query, headers, b"" if method in ("GET", "HEAD") else body)


def _call(choose: Chooser, model: ServiceModel) -> Request:
    operation = model.operation_model(choose.choice(_operations(model.service_name)))
    values = _value(choose, operation.input_shape, 4) if operation.input_shape else {}
    protocol = model.metadata["protocol"]
    if protocol == "query":
        flat = {"Action": operation.name, "Version": model.api_version, **_flat(values)}
        body = urlencode(flat).encode("utf-8")
        return Request("POST", "/", [], {"Content-Type": "application/x-www-form-urlencoded"}, body)
    headers = {"Content-Type": f"application/x-amz-json-{model.metadata.get('jsonVersion', '1.1')}"}
    path = "/"
    if protocol == "json":
        headers["X-Amz-Target"] = f"{model.metadata['targetPrefix']}.{operation.name}"
    else:
        path = _uri(choose, operation)
    return Request(operation.http["method"], path, [], headers, choose.json(values))


@cache
def _operations(service: str) -> list[str]:
    """The operations that the emulator has: its classes have a method for each."""
    package = import_module(f"embedded.services.aws.{service}")
    modules = [import_module(f"{package.__name__}.{module.name}") for module in iter_modules(package.__path__)]
    classes = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    methods = {name for kind in classes for name in vars(kind)}
    model = botocore.session.get_session().get_service_model(service)
    return [name for name in model.operation_names if xform_name(name) in methods]


def _uri(choose: Chooser, operation: OperationModel) -> str:
    uri = str(operation.http["requestUri"])
    return "/".join(choose.segment("a") if part.startswith("{") else part for part in uri.split("/"))


def _flat(values: Any, prefix: str = "") -> dict[str, str]:
    if isinstance(values, dict):
        return {k: v for name, item in values.items() for k, v in _flat(item, f"{prefix}{name}.").items()}
    if isinstance(values, list):
        return {k: v for n, item in enumerate(values, 1) for k, v in _flat(item, f"{prefix}member.{n}.").items()}
    return {prefix.removesuffix(".") or "a": str(values)}


def _value(choose: Chooser, shape: Shape, depth: int) -> Any:
    """A value for a shape: mostly of its type, and mostly odd."""
    if depth == 0 or choose.random() < 0.08:
        return choose.value()
    if shape.type_name == "structure":
        required = set(shape.required_members)
        return {
            name: choose.statement() if name == "QueryString" else _value(choose, member, depth - 1)
            for name, member in shape.members.items()
            if name in required or choose.random() < 0.25
        }
    if shape.type_name == "list":
        return [_value(choose, shape.member, depth - 1) for _ in range(choose.randint(0, 2))]
    if shape.type_name == "map":
        return {choose.text(): _value(choose, shape.value, depth - 1) for _ in range(choose.randint(0, 2))}
    if shape.type_name == "string":
        return choose.choice(shape.enum) if shape.enum and choose.random() < 0.7 else choose.text()
    if shape.type_name == "boolean":
        return choose.random() < 0.5
    return choose.choice((0, 1, -1, 2**31, 2**63, 10**30, 1.5))
