"""Operations of multipart uploads."""

from __future__ import annotations

import hashlib

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from embedded.object_store.blobs import CHUNK
from embedded.services.aws import xml
from embedded.services.aws.s3 import body
from embedded.services.aws.s3.buckets import OWNER
from embedded.services.aws.s3.objects import copied
from embedded.services.aws.s3.requests import Call, told
from embedded.services.aws.s3.store import Content
from embedded.services.aws.s3.uploads import Uploads

_MAX_PARTS = 10_000


async def create(call: Call) -> Response:
    """CreateMultipartUpload."""
    call.require("PutObject")
    upload = await run_in_threadpool(Uploads(call.store).start, call.bucket, call.key, call.about())
    return xml.answer("InitiateMultipartUploadResult", {"Bucket": call.bucket, "Key": call.key, "UploadId": upload})


async def upload_part(call: Call) -> Response:
    """UploadPart."""
    upload = _upload(call)
    number = call.number("partNumber", 0, 1, _MAX_PARTS)
    content, checksums = await body.receive(call.request, call.store.blobs)
    part = await run_in_threadpool(Uploads(call.store).add, upload, number, content)
    return Response(headers={"ETag": f'"{part.etag}"', **checksums})


async def upload_part_copy(call: Call) -> Response:
    """UploadPartCopy."""
    upload = _upload(call)
    number = call.number("partNumber", 0, 1, _MAX_PARTS)
    content = await run_in_threadpool(_copied, call)
    part = await run_in_threadpool(Uploads(call.store).add, upload, number, content)
    return xml.answer("CopyPartResult", {"LastModified": told(part.modified), "ETag": f'"{part.etag}"'})


async def complete(call: Call) -> Response:
    """CompleteMultipartUpload."""
    upload = _upload(call)
    asked = xml.parse(await body.document(call.request))
    try:
        wanted = [(int(part.findtext("PartNumber", "")), part.findtext("ETag", "")) for part in asked.findall("Part")]
    except ValueError as error:
        raise xml.malformed() from error
    uploads = Uploads(call.store)
    item = await run_in_threadpool(uploads.complete, upload, call.bucket, call.key, wanted, call.write_check())
    content = {"Location": str(call.request.url.replace(query="")), "Bucket": call.bucket, "Key": call.key}
    return xml.answer("CompleteMultipartUploadResult", content | {"ETag": f'"{item.etag}"'})


async def abort(call: Call) -> Response:
    """AbortMultipartUpload."""
    upload = _upload(call, "AbortMultipartUpload")
    await run_in_threadpool(Uploads(call.store).abort, upload)
    return Response(status_code=204)


async def list_parts(call: Call) -> Response:
    """ListParts."""
    upload = _upload(call, "ListMultipartUploadParts")
    after = call.number("part-number-marker", 0, 0, _MAX_PARTS)
    limit = min(call.number("max-parts", 1000, 0, 2**31 - 1), 1000)
    parts = [part for part in Uploads(call.store).parts(upload) if part.number > after]
    content = {
        "Bucket": call.bucket,
        "Key": call.key,
        "UploadId": upload,
        "PartNumberMarker": after,
        "NextPartNumberMarker": parts[:limit][-1].number if parts[:limit] else after,
        "MaxParts": limit,
        "IsTruncated": len(parts) > limit,
        "Part": [
            {"PartNumber": p.number, "LastModified": told(p.modified), "ETag": f'"{p.etag}"', "Size": p.size}
            for p in parts[:limit]
        ],
        "Initiator": OWNER,
        "Owner": OWNER,
        "StorageClass": "STANDARD",
    }
    return xml.answer("ListPartsResult", content)


async def list_uploads(call: Call) -> Response:
    """ListMultipartUploads, all on one page."""
    call.require("ListBucketMultipartUploads")
    prefix = call.parameter("prefix")
    found = [
        {"Key": key, "UploadId": upload, "Initiated": told(started), "Initiator": OWNER, "Owner": OWNER}
        for key, upload, started in Uploads(call.store).listed(call.bucket, prefix)
    ]
    content = {"Bucket": call.bucket, "Prefix": prefix, "IsTruncated": False, "Upload": found}
    return xml.answer("ListMultipartUploadsResult", content)


def _upload(call: Call, action: str = "PutObject") -> str:
    """The upload that a call is about, which is there and may be worked on."""
    call.require(action)
    upload = call.parameter("uploadId")
    Uploads(call.store).about(upload, call.bucket, call.key)
    return upload


def _copied(call: Call) -> Content:
    _, blob = copied(call)
    size, digest = 0, hashlib.md5()
    with call.store.blobs.open(blob) as file:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            digest.update(chunk)
    return Content(blob, size, digest.hexdigest())
