"""Operations on buckets.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from embedded.object_store import listing
from embedded.services.aws import xml
from embedded.services.aws.errors import AwsError
from embedded.services.aws.s3 import body, bucket_policy
from embedded.services.aws.s3.errors import access_denied
from embedded.services.aws.s3.request import Request, xml_time
from embedded.services.aws.s3.store import Object

OWNER = {"ID": bucket_policy.ACCOUNT, "DisplayName": "workbook"}
_MAX_KEYS = 1000


async def list_buckets(request: Request) -> Response:
    """ListBuckets."""
    request.require("ListAllMyBuckets")
    buckets = [{"Name": name, "CreationDate": xml_time(created)} for name, created in request.store.buckets()]
    return xml.response("ListAllMyBucketsResult", {"Owner": OWNER, "Buckets": {"Bucket": buckets}})


async def create(request: Request) -> Response:
    """CreateBucket; an existing bucket stays as it is."""
    await body.receive_document(request.http)
    _check_name(request.bucket)
    if request.caller is None:
        raise access_denied()
    await run_in_threadpool(request.store.create_bucket, request.bucket)
    return Response(headers={"Location": f"/{request.bucket}"})


async def head(request: Request) -> Response:
    """HeadBucket."""
    request.require("ListBucket")
    return Response(headers={"x-amz-bucket-region": "us-east-1"})


async def delete(request: Request) -> Response:
    """DeleteBucket."""
    request.require("DeleteBucket")
    await run_in_threadpool(request.store.delete_bucket, request.bucket)
    return Response(status_code=204)


async def location(request: Request) -> Response:
    """GetBucketLocation."""
    request.require("GetBucketLocation")
    return Response(xml.render("LocationConstraint", {}), media_type="application/xml")


async def versioning(request: Request) -> Response:
    """GetBucketVersioning: versioning is never enabled."""
    request.require("GetBucketVersioning")
    return xml.response("VersioningConfiguration", {})


async def get_policy(request: Request) -> Response:
    """GetBucketPolicy."""
    _owner_only(request)
    rules = request.store.policy(request.bucket)
    if rules is None:
        raise AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", 404, BucketName=request.bucket)
    return Response(rules, media_type="application/json")


async def put_policy(request: Request) -> Response:
    """PutBucketPolicy."""
    _owner_only(request)
    request.store.policy(request.bucket)
    request.store.set_policy(request.bucket, bucket_policy.check(await body.receive_document(request.http)))
    return Response(status_code=204)


async def delete_policy(request: Request) -> Response:
    """DeleteBucketPolicy."""
    _owner_only(request)
    request.store.policy(request.bucket)
    request.store.set_policy(request.bucket, None)
    return Response(status_code=204)


async def list_objects(request: Request) -> Response:
    """ListObjects and ListObjectsV2."""
    request.require("ListBucket")
    second = request.parameter("list-type") == "2"
    prefix, delimiter = request.parameter("prefix"), request.parameter("delimiter")
    limit = min(request.number("max-keys", _MAX_KEYS, 0, 2**31 - 1), _MAX_KEYS)
    token = request.parameter("continuation-token")
    after = (_unpack(token) if token else request.parameter("start-after")) if second else request.parameter("marker")
    page = await run_in_threadpool(listing.list_page, request.store, request.bucket, prefix, delimiter, after, limit)
    encode = _encoder(request)
    owner = not second or request.parameter("fetch-owner") == "true"
    content: dict[str, Any] = {
        "Name": request.bucket,
        "Prefix": encode(prefix),
        "Delimiter": encode(delimiter) if delimiter else None,
        "EncodingType": request.parameter("encoding-type") or None,
        "MaxKeys": limit,
        "IsTruncated": page.truncated,
        "Contents": [_list_entry(item, encode, owner) for item in page.objects],
        "CommonPrefixes": [{"Prefix": encode(common)} for common in page.prefixes],
    }
    if second:
        content |= {
            "KeyCount": len(page.objects) + len(page.prefixes),
            "StartAfter": encode(request.parameter("start-after")) or None,
            "ContinuationToken": token or None,
            "NextContinuationToken": _pack(page.last) if page.truncated else None,
        }
    else:
        content |= {"Marker": encode(after), "NextMarker": encode(page.last) if page.truncated and delimiter else None}
    return xml.response("ListBucketResult", content)


async def delete_objects(request: Request) -> Response:
    """DeleteObjects."""
    request.store.policy(request.bucket)
    body_xml = xml.parse(await body.receive_document(request.http))
    keys = [item.findtext("Key") or "" for item in body_xml.findall("Object")]
    if not keys or len(keys) > _MAX_KEYS:
        raise xml.malformed()
    quiet = body_xml.findtext("Quiet") == "true"
    deleted, errors = [], []
    for key in keys:
        try:
            request.require("DeleteObject", key=key)
            await run_in_threadpool(request.store.delete, request.bucket, key)
            deleted.append({"Key": key})
        except AwsError as error:
            errors.append({"Key": key, "Code": error.code, "Message": error.message})
    return xml.response("DeleteResult", {"Deleted": [] if quiet else deleted, "Error": errors})


def _list_entry(item: Object, encode: Any, owner: bool) -> dict[str, Any]:
    return {
        "Key": encode(item.key),
        "LastModified": xml_time(item.modified),
        "ETag": f'"{item.etag}"',
        "Size": item.size,
        "StorageClass": "STANDARD",
        "Owner": OWNER if owner else None,
    }


def _encoder(request: Request) -> Any:
    if request.parameter("encoding-type") == "url":
        return lambda text: quote(text, safe="/-_.~")
    return str


def _pack(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def _unpack(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except ValueError as error:
        raise AwsError("InvalidArgument", "The continuation token provided is incorrect") from error


def _check_name(name: str) -> None:
    good = re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name) and ".." not in name
    try:
        ipaddress.ip_address(name)
        good = None
    except ValueError:
        pass
    if not good:
        raise AwsError("InvalidBucketName", "The specified bucket is not valid.", BucketName=name)


def _owner_only(request: Request) -> None:
    """A policy never locks the account out of the policy itself."""
    if request.caller is None:
        raise access_denied()
