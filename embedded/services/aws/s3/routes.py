"""S3's routes: method, path and query select the operation.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from embedded.services.aws import xml
from embedded.services.aws.errors import AwsError, not_implemented
from embedded.services.aws.s3 import buckets, objects, uploads
from embedded.services.aws.s3.request import Request
from embedded.services.aws.s3.store import Store

Operation = Callable[[Request], Awaitable[Response]]

_SERVICE: dict[tuple[str, str], Operation] = {("GET", ""): buckets.list_buckets}
_BUCKET: dict[tuple[str, str], Operation] = {
    ("GET", ""): buckets.list_objects,
    ("PUT", ""): buckets.create,
    ("HEAD", ""): buckets.head,
    ("DELETE", ""): buckets.delete,
    ("GET", "location"): buckets.location,
    ("GET", "versioning"): buckets.versioning,
    ("GET", "policy"): buckets.get_policy,
    ("PUT", "policy"): buckets.put_policy,
    ("DELETE", "policy"): buckets.delete_policy,
    ("GET", "uploads"): uploads.list_uploads,
    ("POST", "delete"): buckets.delete_objects,
}
_OBJECT: dict[tuple[str, str], Operation] = {
    ("GET", ""): objects.get,
    ("HEAD", ""): objects.head,
    ("PUT", ""): objects.put,
    ("PUT", "copy"): objects.copy,
    ("DELETE", ""): objects.delete,
    ("POST", "uploads"): uploads.create,
    ("PUT", "uploadId"): uploads.upload_part,
    ("PUT", "uploadId+copy"): uploads.upload_part_copy,
    ("POST", "uploadId"): uploads.complete,
    ("DELETE", "uploadId"): uploads.abort,
    ("GET", "uploadId"): uploads.list_parts,
}
_SUBRESOURCES = frozenset(
    [
        "accelerate",
        "acl",
        "analytics",
        "attributes",
        "cors",
        "delete",
        "encryption",
        "intelligent-tiering",
        "inventory",
        "legal-hold",
        "lifecycle",
        "location",
        "logging",
        "metrics",
        "notification",
        "object-lock",
        "ownershipControls",
        "policy",
        "policyStatus",
        "publicAccessBlock",
        "replication",
        "requestPayment",
        "restore",
        "retention",
        "select",
        "tagging",
        "torrent",
        "uploadId",
        "uploads",
        "versioning",
        "versions",
        "website",
    ]
)
"""Query parameters that select an operation."""


class S3:
    """S3 on a store.

    Parameters:
        store: store of all buckets.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle(self, request: HttpRequest, path: str, caller: str | None) -> Response:
        """Answer a request.

        Parameters:
            request: the request.
            path: as sent, percent-encoded.
            caller: the access key; None for an unsigned request.

        Raises:
            AwsError: the request cannot be served.
        """
        bucket, _, key = path.removeprefix("/").partition("/")
        parsed = Request(request, self._store, caller, unquote(bucket), unquote(key))
        if parsed.key and not parsed.bucket:
            raise AwsError("InvalidBucketName", "The specified bucket is not valid.", BucketName="")
        if "\0" in parsed.key:
            raise AwsError("InvalidArgument", "A key has no NUL in it.")
        return await _operation(parsed)(parsed)

    def error_response(self, error: AwsError, path: str, request_id: str) -> Response:
        """Serialize an error.

        Parameters:
            error: the error.
            path: path of the request, percent-encoded.
            request_id: id of the request.
        """
        content = {"Code": error.code, "Message": error.message, **error.details, "Resource": unquote(path)}
        text = xml.render("Error", content | {"RequestId": request_id, "HostId": "embedded"}, namespace=None)
        return Response(text, error.status, media_type="application/xml")


def _operation(request: Request) -> Operation:
    names = sorted(_SUBRESOURCES.intersection(request.http.query_params.keys()))
    subresource = "+".join(names)
    if request.key and "x-amz-copy-source" in request.http.headers:
        subresource = f"{subresource}+copy".lstrip("+")
    table = _OBJECT if request.key else _BUCKET if request.bucket else _SERVICE
    operation = table.get((request.http.method, subresource))
    if operation is None:
        raise not_implemented(f"S3: {request.http.method} {subresource or ('object' if request.key else 'bucket')}")
    return operation
