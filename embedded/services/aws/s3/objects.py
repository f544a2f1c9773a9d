"""Operations on objects.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from embedded.object_store.blobs import read_range
from embedded.services.aws import xml
from embedded.services.aws.errors import AwsError
from embedded.services.aws.s3 import body
from embedded.services.aws.s3.errors import missing_key
from embedded.services.aws.s3.request import Request, byte_range, check_read, xml_time
from embedded.services.aws.s3.store import Content, Object, ObjectMetadata

_OVERRIDES = ("content-type", "content-language", "expires", "cache-control", "content-disposition", "content-encoding")


async def put(request: Request) -> Response:
    """PutObject."""
    request.require("PutObject")
    metadata = request.object_metadata()
    content, checksums = await body.receive(request.http, request.store.blobs)
    metadata.checksums.update(checksums)
    item = await run_in_threadpool(
        request.store.put, request.bucket, request.key, content, metadata, request.write_check()
    )
    return Response(headers={"ETag": f'"{item.etag}"', **checksums})


async def get(request: Request) -> Response:
    """GetObject."""
    item, file = await run_in_threadpool(_open, request)
    try:
        headers = _headers(request, item)
        if check_read(request.http, item):
            file.close()
            return Response(status_code=304, headers=headers)
        part = byte_range(request.http.headers.get("range"), item.size)
    except BaseException:
        file.close()
        raise
    start, size = part or (0, item.size)
    headers["Content-Length"] = str(size)
    if part:
        headers["Content-Range"] = f"bytes {start}-{start + size - 1}/{item.size}"
    else:
        headers |= _checksums(request, item)
    return StreamingResponse(read_range(file, start, size), 206 if part else 200, headers)


async def head(request: Request) -> Response:
    """HeadObject."""
    item = await run_in_threadpool(_find, request)
    headers = _headers(request, item)
    if check_read(request.http, item):
        return Response(status_code=304, headers=headers)
    part = byte_range(request.http.headers.get("range"), item.size)
    headers["Content-Length"] = str(part[1] if part else item.size)
    headers |= {} if part else _checksums(request, item)
    return Response(status_code=206 if part else 200, headers=headers)


async def delete(request: Request) -> Response:
    """DeleteObject."""
    request.require("DeleteObject")
    await run_in_threadpool(request.store.delete, request.bucket, request.key, request.write_check())
    return Response(status_code=204)


async def copy(request: Request) -> Response:
    """CopyObject."""
    request.require("PutObject")
    item, blob = await run_in_threadpool(copy_source_blob, request)
    if request.http.headers.get("x-amz-metadata-directive", "COPY").upper() == "REPLACE":
        metadata = request.object_metadata()
        metadata.checksums.update(item.metadata.checksums)
    elif request.copy_source() == (request.bucket, request.key):
        request.store.blobs.remove([blob])
        message = "This copy request is illegal because it is trying to copy an object to itself without changing it."
        raise AwsError("InvalidRequest", message)
    else:
        metadata = item.metadata
    content = Content(blob, item.size, item.etag)
    new = await run_in_threadpool(
        request.store.put, request.bucket, request.key, content, metadata, request.write_check()
    )
    return xml.response("CopyObjectResult", {"LastModified": xml_time(new.modified), "ETag": f'"{new.etag}"'})


def copy_source_blob(request: Request) -> tuple[Object, str]:
    """Copy the bytes of the object in `x-amz-copy-source` to a new blob; returns the object and the blob.

    Raises:
        AwsError: the object is missing or not readable, or a condition does not hold.
    """
    bucket, key = request.copy_source()
    request.require("GetObject", bucket, key)
    item, file = request.store.open(bucket, key)
    with file:
        check_read(request.http, item, "x-amz-copy-source-")
        blob, target = request.store.blobs.create()
        start, size = byte_range(request.http.headers.get("x-amz-copy-source-range"), item.size) or (0, item.size)
        with target:
            target.writelines(read_range(file, start, size))
            request.store.blobs.seal(target)
    return item, blob


def _find(request: Request) -> Object:
    request.require("GetObject")
    if request.parameter("versionId") not in ("", "null"):
        raise missing_key(request.key)
    return request.store.find(request.bucket, request.key)


def _open(request: Request) -> tuple[Object, BinaryIO]:
    _find(request)
    return request.store.open(request.bucket, request.key)


def _headers(request: Request, item: Object) -> dict[str, str]:
    headers = {
        "ETag": f'"{item.etag}"',
        "Last-Modified": format_datetime(datetime.fromtimestamp(int(item.modified), UTC), usegmt=True),
        "Accept-Ranges": "bytes",
    }
    headers |= _metadata_headers(item.metadata)
    for name in _OVERRIDES:
        if value := request.parameter(f"response-{name}"):
            headers[name] = value
    return headers


def _metadata_headers(metadata: ObjectMetadata) -> dict[str, str]:
    return metadata.headers | {f"x-amz-meta-{name}": value for name, value in metadata.user_metadata.items()}


def _checksums(request: Request, item: Object) -> dict[str, str]:
    return item.metadata.checksums if request.http.headers.get("x-amz-checksum-mode") == "ENABLED" else {}
