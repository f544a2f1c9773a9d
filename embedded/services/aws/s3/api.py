"""S3's interface: finds the operation that a request asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from embedded.services.aws import xml
from embedded.services.aws.errors import AwsError, not_implemented
from embedded.services.aws.s3 import buckets, multipart, objects
from embedded.services.aws.s3.requests import Call
from embedded.services.aws.s3.store import Store

Operation = Callable[[Call], Awaitable[Response]]

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
    ("GET", "uploads"): multipart.list_uploads,
    ("POST", "delete"): buckets.delete_objects,
}
_OBJECT: dict[tuple[str, str], Operation] = {
    ("GET", ""): objects.get,
    ("HEAD", ""): objects.head,
    ("PUT", ""): objects.put,
    ("PUT", "copy"): objects.copy,
    ("DELETE", ""): objects.delete,
    ("POST", "uploads"): multipart.create,
    ("PUT", "uploadId"): multipart.upload_part,
    ("PUT", "uploadId+copy"): multipart.upload_part_copy,
    ("POST", "uploadId"): multipart.complete,
    ("DELETE", "uploadId"): multipart.abort,
    ("GET", "uploadId"): multipart.list_parts,
}
_PARTS = frozenset(
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
"""Names in a query that choose an operation."""


class S3:
    """S3 on a store.

    Parameters:
        store: of all buckets.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle(self, request: Request, path: str, caller: str | None) -> Response:
        """Answer a request.

        Parameters:
            request: the request.
            path: as it was sent.
            caller: the access key; None for nobody.

        Raises:
            AwsError: it cannot be done.
        """
        bucket, _, key = path.removeprefix("/").partition("/")
        call = Call(request, self._store, caller, unquote(bucket), unquote(key))
        if "\0" in call.key:
            raise AwsError("InvalidArgument", "A key has no NUL in it.")
        return await _operation(call)(call)

    def refusal(self, error: AwsError, path: str, request_id: str) -> Response:
        """An error as S3 tells it."""
        content = {"Code": error.code, "Message": error.message, **error.details, "Resource": unquote(path)}
        text = xml.document("Error", content | {"RequestId": request_id, "HostId": "embedded"}, namespace=None)
        return Response(text, error.status, media_type="application/xml")


def _operation(call: Call) -> Operation:
    names = sorted(_PARTS.intersection(call.request.query_params.keys()))
    part = "+".join(names)
    if call.key and "x-amz-copy-source" in call.request.headers:
        part = f"{part}+copy".lstrip("+")
    table = _OBJECT if call.key else _BUCKET if call.bucket else _SERVICE
    found = table.get((call.request.method, part))
    if found is None:
        raise not_implemented(f"S3: {call.request.method} {part or ('object' if call.key else 'bucket')}")
    return found
