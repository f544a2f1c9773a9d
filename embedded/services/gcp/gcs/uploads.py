"""Uploads of objects: simple, multipart and resumable.

Source: https://cloud.google.com/storage/docs/uploads-downloads
"""

from __future__ import annotations

import re
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from embedded.services.gcp.documents import parse_document
from embedded.services.gcp.errors import GoogleError, invalid
from embedded.services.gcp.gcs.body import chunks, digest, receive, receive_parts
from embedded.services.gcp.gcs.request import Request, precondition
from embedded.services.gcp.gcs.resources import check_object_name, object_json, object_properties
from embedded.services.gcp.gcs.shapes import DOCUMENT
from embedded.services.gcp.gcs.store import Content, Object, Properties, Store, Upload
from embedded.services.gcp.shapes import check

RESUME = 308
_RANGE = re.compile(r"bytes (?:([0-9]{1,18})-([0-9]{1,18}|\*)|\*)/([0-9]{1,18}|\*)")
DEFAULT_KIND = "application/octet-stream"


async def upload(store: Store, request: Request) -> Response:
    """Receive an object, or a part of one.

    Raises:
        GoogleError: the bucket does not exist, the body is wrong, or a precondition does not hold.
    """
    if "upload_id" in request.http.query_params:
        return await _continue(store, request)
    kind = request.text("uploadType")
    if kind == "media":
        return await _media(store, request)
    if kind == "multipart":
        return await _multipart(store, request)
    if kind == "resumable":
        return await _begin(store, request)
    raise invalid(f"uploadType is {kind!r}: it can be media, multipart or resumable.")


async def cancel(store: Store, request: Request) -> Response:
    """Cancel a resumable upload."""
    store.abandon(store.upload(request.text("upload_id")))
    return Response(status_code=499)  # as Google answers


async def _media(store: Store, request: Request) -> Response:
    name = check_object_name(request.text("name"))
    store.bucket(request.bucket)
    content = await receive(request.http, store.blobs, {})
    properties = _properties(request, {}, request.http.headers.get("content-type"))
    return await _put(store, request, name, content, properties)


async def _multipart(store: Store, request: Request) -> Response:
    store.bucket(request.bucket)
    body, kind, digests, blob = await receive_parts(request.http, store.blobs)
    try:
        document = parse_document(body)
        check(document, DOCUMENT)
        name = check_object_name(request.text("name") or document.get("name"))
        properties = _properties(request, document, kind)
        content = digests.content(blob, document)
    except GoogleError:
        store.blobs.remove([blob])
        raise
    return await _put(store, request, name, content, properties)


async def _put(store: Store, request: Request, name: str, content: Content, properties: Properties) -> Response:
    check = precondition(request.conditions())
    item = await run_in_threadpool(store.put, request.bucket, name, content, properties, check)
    return _response(request, request.bucket, item)


async def _begin(store: Store, request: Request) -> Response:
    document = await request.read_document()
    name = check_object_name(request.text("name") or document.get("name"))
    properties = _properties(request, document, request.http.headers.get("x-upload-content-type"))
    checksums = {key: document[key] for key in ("md5Hash", "crc32c") if key in document}
    conditions = request.conditions()
    precondition(conditions)
    kept = {"about": properties, "said": checksums}
    begun = await run_in_threadpool(store.begin, request.bucket, name, conditions, kept)
    path = f"upload/storage/v1/b/{quote(request.bucket)}/o?uploadType=resumable&upload_id={begun.id}"
    return Response(headers={"Location": f"{request.base_url}/{path}", "X-GUploader-UploadID": begun.id})


async def _continue(store: Store, request: Request) -> Response:
    """Receive a chunk, or report how many bytes have been received."""
    begun = store.upload(request.text("upload_id"))
    start, end, total = _parse_content_range(request)
    if start is None:
        return await _finish(store, request, begun) if total == begun.received else _progress(begun)
    if start != begun.received:
        return _progress(begun)  # the client goes on from there
    received = await _append(store, request, begun, None if end is None else end + 1, total)
    store.set_received(begun, received)
    is_last = received == total if end is not None else True
    current = store.upload(begun.id)
    return await _finish(store, request, current) if is_last else _progress(current)


def _parse_content_range(request: Request) -> tuple[int | None, int | None, int | None]:
    """First byte, last byte and total size, as far as the header has them; without a header it is the whole object."""
    header = request.http.headers.get("content-range")
    if header is None:
        return 0, None, None
    match = _RANGE.fullmatch(header.strip())
    if not match:
        raise invalid(f"Failed to parse Content-Range header: {header!r}")
    start, end, total = (int(part) if part and part != "*" else None for part in match.groups())
    return start, end, total


async def _append(store: Store, request: Request, begun: Upload, end: int | None, total: int | None) -> int:
    """Write a chunk to the disk.

    Parameters:
        store: with the upload.
        request: with the chunk.
        begun: the upload.
        end: number of bytes of the upload after the chunk; None if unknown.
        total: number of bytes of the object; None if unknown.

    Returns:
        The number of bytes received so far.

    Raises:
        GoogleError: the chunk has not the length of its header.
    """
    size, limit = begun.received, end if end is not None else total
    with store.blobs.resume(begun.blob, begun.received) as file:
        async for data in chunks(request.http):
            size += len(data)
            if limit is not None and size > limit:
                raise invalid("The chunk is longer than its Content-Range says.")
            await run_in_threadpool(file.write, data)
        if limit is not None and size != limit:
            raise invalid("The chunk is shorter than its Content-Range says.")
        await run_in_threadpool(store.blobs.seal, file)
    return size


async def _finish(store: Store, request: Request, begun: Upload) -> Response:
    return _response(request, begun.bucket, await run_in_threadpool(_create_object, store, begun))


def _create_object(store: Store, begun: Upload) -> Object:
    properties, checksums = begun.properties["about"], begun.properties["said"]
    try:
        content = digest(store.blobs.open(begun.blob)).content(begun.blob, checksums)
    except GoogleError:
        store.abandon(begun)
        raise
    return store.finish(begun, content, properties, precondition(begun.conditions))


def _progress(begun: Upload) -> Response:
    headers = {"Range": f"bytes=0-{begun.received - 1}"} if begun.received else {}
    return Response(status_code=RESUME, headers={**headers, "X-GUploader-UploadID": begun.id})


def _properties(request: Request, document: Properties, kind: str | None) -> Properties:
    properties = object_properties(document)
    properties.setdefault("contentType", kind or DEFAULT_KIND)
    if encoding := request.text("contentEncoding"):
        properties["contentEncoding"] = encoding
    return properties


def _response(request: Request, bucket: str, item: Object) -> Response:
    return JSONResponse(object_json(bucket, item, request.base_url))
