"""Operations on multipart uploads.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html.
"""

from __future__ import annotations

import hashlib
from xml.etree.ElementTree import Element

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from embedded.object_store.blobs import CHUNK
from embedded.services.aws import xml
from embedded.services.aws.s3 import body
from embedded.services.aws.s3.buckets import OWNER
from embedded.services.aws.s3.objects import copy_source_blob
from embedded.services.aws.s3.request import Request, xml_time
from embedded.services.aws.s3.store import Content
from embedded.services.aws.s3.upload_store import UploadStore
from embedded.shared.numbers import whole_number

_MAX_PARTS = 10_000


async def create(request: Request) -> Response:
    """CreateMultipartUpload."""
    request.require("PutObject")
    upload = await run_in_threadpool(
        UploadStore(request.store).start, request.bucket, request.key, request.object_metadata()
    )
    return xml.response(
        "InitiateMultipartUploadResult", {"Bucket": request.bucket, "Key": request.key, "UploadId": upload}
    )


async def upload_part(request: Request) -> Response:
    """UploadPart."""
    upload = _check_upload(request)
    number = request.number("partNumber", 0, 1, _MAX_PARTS)
    content, checksums = await body.receive(request.http, request.store.blobs)
    part = await run_in_threadpool(UploadStore(request.store).add, upload, number, content)
    return Response(headers={"ETag": f'"{part.etag}"', **checksums})


async def upload_part_copy(request: Request) -> Response:
    """UploadPartCopy."""
    upload = _check_upload(request)
    number = request.number("partNumber", 0, 1, _MAX_PARTS)
    content = await run_in_threadpool(_copy_content, request)
    part = await run_in_threadpool(UploadStore(request.store).add, upload, number, content)
    return xml.response("CopyPartResult", {"LastModified": xml_time(part.modified), "ETag": f'"{part.etag}"'})


async def complete(request: Request) -> Response:
    """CompleteMultipartUpload."""
    upload = _check_upload(request)
    body_xml = xml.parse(await body.receive_document(request.http))
    try:
        wanted = [_named_part(part) for part in body_xml.findall("Part")]
    except ValueError as error:
        raise xml.malformed() from error
    uploads = UploadStore(request.store)
    item = await run_in_threadpool(uploads.complete, upload, request.bucket, request.key, wanted, request.write_check())
    content = {"Location": str(request.http.url.replace(query="")), "Bucket": request.bucket, "Key": request.key}
    return xml.response("CompleteMultipartUploadResult", content | {"ETag": f'"{item.etag}"'})


def _named_part(part: Element) -> tuple[int, str]:
    """Number and ETag of a part; ValueError if it has no number."""
    number = whole_number(part.findtext("PartNumber", "").strip(), 0, 2**31 - 1)
    if number is None:
        raise ValueError("no part number")
    return number, part.findtext("ETag", "")


async def abort(request: Request) -> Response:
    """AbortMultipartUpload."""
    upload = _check_upload(request, "AbortMultipartUpload")
    await run_in_threadpool(UploadStore(request.store).abort, upload)
    return Response(status_code=204)


async def list_parts(request: Request) -> Response:
    """ListParts."""
    upload = _check_upload(request, "ListMultipartUploadParts")
    after = request.number("part-number-marker", 0, 0, _MAX_PARTS)
    limit = min(request.number("max-parts", 1000, 0, 2**31 - 1), 1000)
    parts = [part for part in UploadStore(request.store).parts(upload) if part.number > after]
    content = {
        "Bucket": request.bucket,
        "Key": request.key,
        "UploadId": upload,
        "PartNumberMarker": after,
        "NextPartNumberMarker": parts[:limit][-1].number if parts[:limit] else after,
        "MaxParts": limit,
        "IsTruncated": len(parts) > limit,
        "Part": [
            {"PartNumber": p.number, "LastModified": xml_time(p.modified), "ETag": f'"{p.etag}"', "Size": p.size}
            for p in parts[:limit]
        ],
        "Initiator": OWNER,
        "Owner": OWNER,
        "StorageClass": "STANDARD",
    }
    return xml.response("ListPartsResult", content)


async def list_uploads(request: Request) -> Response:
    """ListMultipartUploads, all on one page."""
    request.require("ListBucketMultipartUploads")
    prefix = request.parameter("prefix")
    uploads = [
        {"Key": key, "UploadId": upload, "Initiated": xml_time(started), "Initiator": OWNER, "Owner": OWNER}
        for key, upload, started in UploadStore(request.store).list_unfinished(request.bucket, prefix)
    ]
    content = {"Bucket": request.bucket, "Prefix": prefix, "IsTruncated": False, "Upload": uploads}
    return xml.response("ListMultipartUploadsResult", content)


def _check_upload(request: Request, action: str = "PutObject") -> str:
    """The id of the request's upload, if it exists and the caller may work on it."""
    request.require(action)
    upload = request.parameter("uploadId")
    UploadStore(request.store).metadata(upload, request.bucket, request.key)
    return upload


def _copy_content(request: Request) -> Content:
    _, blob = copy_source_blob(request)
    size, digest = 0, hashlib.md5()
    with request.store.blobs.open(blob) as file:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            digest.update(chunk)
    return Content(blob, size, digest.hexdigest())
