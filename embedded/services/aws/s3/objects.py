"""Operations on objects."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from embedded.object_store.blobs import read_range
from embedded.services.aws import xml
from embedded.services.aws.errors import AwsError
from embedded.services.aws.s3 import body
from embedded.services.aws.s3.requests import Call, byte_range, check_read, told
from embedded.services.aws.s3.store import About, Content, Object, no_key

_OVERRIDES = ("content-type", "content-language", "expires", "cache-control", "content-disposition", "content-encoding")


async def put(call: Call) -> Response:
    """PutObject."""
    call.require("PutObject")
    about = call.about()
    content, checksums = await body.receive(call.request, call.store.blobs)
    about.checksums.update(checksums)
    item = await run_in_threadpool(call.store.put, call.bucket, call.key, content, about, call.write_check())
    return Response(headers={"ETag": f'"{item.etag}"', **checksums})


async def get(call: Call) -> Response:
    """GetObject."""
    item, file = await run_in_threadpool(_opened, call)
    try:
        headers = _headers(call, item)
        if check_read(call.request, item):
            file.close()
            return Response(status_code=304, headers=headers)
        part = byte_range(call.request.headers.get("range"), item.size)
    except BaseException:
        file.close()
        raise
    start, size = part or (0, item.size)
    headers["Content-Length"] = str(size)
    if part:
        headers["Content-Range"] = f"bytes {start}-{start + size - 1}/{item.size}"
    else:
        headers |= _checksums(call, item)
    return StreamingResponse(read_range(file, start, size), 206 if part else 200, headers)


async def head(call: Call) -> Response:
    """HeadObject."""
    item = await run_in_threadpool(_found, call)
    headers = _headers(call, item)
    if check_read(call.request, item):
        return Response(status_code=304, headers=headers)
    part = byte_range(call.request.headers.get("range"), item.size)
    headers["Content-Length"] = str(part[1] if part else item.size)
    headers |= {} if part else _checksums(call, item)
    return Response(status_code=206 if part else 200, headers=headers)


async def delete(call: Call) -> Response:
    """DeleteObject."""
    call.require("DeleteObject")
    await run_in_threadpool(call.store.delete, call.bucket, call.key, call.write_check())
    return Response(status_code=204)


async def copy(call: Call) -> Response:
    """CopyObject."""
    call.require("PutObject")
    item, blob = await run_in_threadpool(copied, call)
    if call.request.headers.get("x-amz-metadata-directive", "COPY").upper() == "REPLACE":
        about = call.about()
        about.checksums.update(item.about.checksums)
    elif call.copy_source() == (call.bucket, call.key):
        call.store.blobs.remove([blob])
        message = "This copy request is illegal because it is trying to copy an object to itself without changing it."
        raise AwsError("InvalidRequest", message)
    else:
        about = item.about
    content = Content(blob, item.size, item.etag)
    new = await run_in_threadpool(call.store.put, call.bucket, call.key, content, about, call.write_check())
    return xml.answer("CopyObjectResult", {"LastModified": told(new.modified), "ETag": f'"{new.etag}"'})


def copied(call: Call) -> tuple[Object, str]:
    """The object that `x-amz-copy-source` names, and a new blob of its bytes.

    Raises:
        AwsError: it is not there or may not be read, or a condition does not hold.
    """
    bucket, key = call.copy_source()
    call.require("GetObject", bucket, key)
    item, file = call.store.open(bucket, key)
    with file:
        check_read(call.request, item, "x-amz-copy-source-")
        blob, target = call.store.blobs.create()
        start, size = byte_range(call.request.headers.get("x-amz-copy-source-range"), item.size) or (0, item.size)
        with target:
            target.writelines(read_range(file, start, size))
            call.store.blobs.seal(target)
    return item, blob


def _found(call: Call) -> Object:
    call.require("GetObject")
    if call.parameter("versionId") not in ("", "null"):
        raise no_key(call.key)
    return call.store.find(call.bucket, call.key)


def _opened(call: Call) -> tuple[Object, object]:
    _found(call)
    return call.store.open(call.bucket, call.key)


def _headers(call: Call, item: Object) -> dict[str, str]:
    headers = {
        "ETag": f'"{item.etag}"',
        "Last-Modified": format_datetime(datetime.fromtimestamp(int(item.modified), UTC), usegmt=True),
        "Accept-Ranges": "bytes",
    }
    headers |= _own(item.about)
    for name in _OVERRIDES:
        if value := call.parameter(f"response-{name}"):
            headers[name] = value
    return headers


def _own(about: About) -> dict[str, str]:
    return about.headers | {f"x-amz-meta-{name}": value for name, value in about.metadata.items()}


def _checksums(call: Call, item: Object) -> dict[str, str]:
    return item.about.checksums if call.request.headers.get("x-amz-checksum-mode") == "ENABLED" else {}
