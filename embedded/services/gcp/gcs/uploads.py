"""The three ways to upload an object (https://cloud.google.com/storage/docs/uploads-downloads)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from embedded.services.gcp.errors import GoogleError, invalid
from embedded.services.gcp.gcs.body import chunks, digest, receive, receive_parts
from embedded.services.gcp.gcs.request import Call, check, parsed
from embedded.services.gcp.gcs.resources import check_object_name, object_about, object_json
from embedded.services.gcp.gcs.store import Object, Store, Upload

RESUME = 308
_RANGE = re.compile(r"bytes (?:(\d+)-(\d+|\*)|\*)/(\d+|\*)")
DEFAULT_KIND = "application/octet-stream"


async def upload(store: Store, call: Call, bucket: str) -> Response:
    """Take in an object, or a part of one.

    Raises:
        GoogleError: there is no such bucket, the body is not what it is said to be, or a condition does not hold.
    """
    if "upload_id" in call.request.query_params:
        return await _continue(store, call)
    kind = call.text("uploadType")
    if kind == "media":
        return await _media(store, call, bucket)
    if kind == "multipart":
        return await _multipart(store, call, bucket)
    if kind == "resumable":
        return await _begin(store, call, bucket)
    raise invalid(f"uploadType is {kind!r}: it can be media, multipart or resumable.")


async def cancel(store: Store, call: Call) -> Response:
    """Give up a resumable upload."""
    store.abandon(store.upload(call.text("upload_id")))
    return Response(status_code=499)  # as Google answers


async def _media(store: Store, call: Call, bucket: str) -> Response:
    name = check_object_name(call.text("name"))
    store.bucket(bucket)
    content = await receive(call.request, store.blobs, {})
    about = _about(call, {}, call.request.headers.get("content-type"))
    put = store.put, bucket, name, content, about, check(call.conditions())
    return _told(call, bucket, await run_in_threadpool(*put))


async def _multipart(store: Store, call: Call, bucket: str) -> Response:
    store.bucket(bucket)
    document, kind, digests, blob = await receive_parts(call.request, store.blobs)
    try:
        given = parsed(document)
        name = check_object_name(call.text("name") or given.get("name"))
        about = _about(call, given, kind)
        content = digests.content(blob, given)
    except GoogleError:
        store.blobs.remove([blob])
        raise
    put = store.put, bucket, name, content, about, check(call.conditions())
    return _told(call, bucket, await run_in_threadpool(*put))


async def _begin(store: Store, call: Call, bucket: str) -> Response:
    given = await call.document()
    name = check_object_name(call.text("name") or given.get("name"))
    about = _about(call, given, call.request.headers.get("x-upload-content-type"))
    said = {key: given[key] for key in ("md5Hash", "crc32c") if key in given}
    conditions = call.conditions()
    check(conditions)
    begun = await run_in_threadpool(store.begin, bucket, name, conditions, {"about": about, "said": said})
    address = f"{call.base}/upload/storage/v1/b/{quote(bucket)}/o?uploadType=resumable&upload_id={begun.id}"
    return Response(headers={"Location": address, "X-GUploader-UploadID": begun.id})


async def _continue(store: Store, call: Call) -> Response:
    """Take in a chunk, or tell how far the upload is."""
    begun = store.upload(call.text("upload_id"))
    start, end, total = _range(call)
    if start is None:
        return await _ended(store, call, begun) if total == begun.received else _so_far(begun)
    if start != begun.received:
        return _so_far(begun)  # the client goes on from there
    received = await _append(store, call, begun, None if end is None else end + 1, total)
    store.received(begun, received)
    is_last = received == total if end is not None else True
    current = store.upload(begun.id)
    return await _ended(store, call, current) if is_last else _so_far(current)


def _range(call: Call) -> tuple[int | None, int | None, int | None]:
    """First byte, last byte and size of the whole, as far as they are told; without a header it is all in one go."""
    text = call.request.headers.get("content-range")
    if text is None:
        return 0, None, None
    found = _RANGE.fullmatch(text.strip())
    if not found:
        raise invalid(f"Failed to parse Content-Range header: {text!r}")
    start, end, total = (int(part) if part and part != "*" else None for part in found.groups())
    return start, end, total


async def _append(store: Store, call: Call, begun: Upload, end: int | None, total: int | None) -> int:
    """Write a chunk to the disk; gives how many bytes there are then.

    Raises:
        GoogleError: it is not as long as its header says.
    """
    size, limit = begun.received, end if end is not None else total
    with store.blobs.resume(begun.blob, begun.received) as file:
        async for data in chunks(call.request):
            size += len(data)
            if limit is not None and size > limit:
                raise invalid("The chunk is longer than its Content-Range says.")
            await run_in_threadpool(file.write, data)
        if limit is not None and size != limit:
            raise invalid("The chunk is shorter than its Content-Range says.")
        await run_in_threadpool(store.blobs.seal, file)
    return size


async def _ended(store: Store, call: Call, begun: Upload) -> Response:
    return _told(call, begun.bucket, await run_in_threadpool(_finish, store, begun))


def _finish(store: Store, begun: Upload) -> Object:
    about, said = begun.about["about"], begun.about["said"]
    try:
        content = digest(store.blobs.open(begun.blob)).content(begun.blob, said)
    except GoogleError:
        store.abandon(begun)
        raise
    return store.finish(begun, content, about, check(begun.conditions))


def _so_far(begun: Upload) -> Response:
    headers = {"Range": f"bytes=0-{begun.received - 1}"} if begun.received else {}
    return Response(status_code=RESUME, headers={**headers, "X-GUploader-UploadID": begun.id})


def _about(call: Call, given: dict[str, Any], kind: str | None) -> dict[str, Any]:
    about = object_about(given)
    about.setdefault("contentType", kind or DEFAULT_KIND)
    if encoding := call.text("contentEncoding"):
        about["contentEncoding"] = encoding
    return about


def _told(call: Call, bucket: str, item: Object) -> Response:
    return JSONResponse(object_json(bucket, item, call.base))
