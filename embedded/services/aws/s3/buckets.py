"""Operations on buckets."""

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
from embedded.services.aws.s3 import body, policy
from embedded.services.aws.s3.requests import Call, told
from embedded.services.aws.s3.store import Object

OWNER = {"ID": policy.ACCOUNT, "DisplayName": "workbook"}
_MAX_KEYS = 1000


async def list_buckets(call: Call) -> Response:
    """ListBuckets."""
    call.require("ListAllMyBuckets")
    buckets = [{"Name": name, "CreationDate": told(created)} for name, created in call.store.buckets()]
    return xml.answer("ListAllMyBucketsResult", {"Owner": OWNER, "Buckets": {"Bucket": buckets}})


async def create(call: Call) -> Response:
    """CreateBucket; one's own bucket stays as it is."""
    await body.document(call.request)
    _check_name(call.bucket)
    if call.caller is None:
        raise AwsError("AccessDenied", "Access Denied", 403)
    await run_in_threadpool(call.store.create_bucket, call.bucket)
    return Response(headers={"Location": f"/{call.bucket}"})


async def head(call: Call) -> Response:
    """HeadBucket."""
    call.require("ListBucket")
    return Response(headers={"x-amz-bucket-region": "us-east-1"})


async def delete(call: Call) -> Response:
    """DeleteBucket."""
    call.require("DeleteBucket")
    await run_in_threadpool(call.store.delete_bucket, call.bucket)
    return Response(status_code=204)


async def location(call: Call) -> Response:
    """GetBucketLocation."""
    call.require("GetBucketLocation")
    return Response(xml.document("LocationConstraint", {}), media_type="application/xml")


async def versioning(call: Call) -> Response:
    """GetBucketVersioning: never switched on."""
    call.require("GetBucketVersioning")
    return xml.answer("VersioningConfiguration", {})


async def get_policy(call: Call) -> Response:
    """GetBucketPolicy."""
    _owner_only(call)
    rules = call.store.policy(call.bucket)
    if rules is None:
        raise AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", 404, BucketName=call.bucket)
    return Response(rules, media_type="application/json")


async def put_policy(call: Call) -> Response:
    """PutBucketPolicy."""
    _owner_only(call)
    call.store.policy(call.bucket)
    call.store.set_policy(call.bucket, policy.check(await body.document(call.request)))
    return Response(status_code=204)


async def delete_policy(call: Call) -> Response:
    """DeleteBucketPolicy."""
    _owner_only(call)
    call.store.policy(call.bucket)
    call.store.set_policy(call.bucket, None)
    return Response(status_code=204)


async def list_objects(call: Call) -> Response:
    """ListObjects and ListObjectsV2."""
    call.require("ListBucket")
    second = call.parameter("list-type") == "2"
    prefix, delimiter = call.parameter("prefix"), call.parameter("delimiter")
    limit = min(call.number("max-keys", _MAX_KEYS, 0, 2**31 - 1), _MAX_KEYS)
    token = call.parameter("continuation-token")
    after = (_unpack(token) if token else call.parameter("start-after")) if second else call.parameter("marker")
    page = await run_in_threadpool(listing.list_page, call.store, call.bucket, prefix, delimiter, after, limit)
    encode = _encoder(call)
    owner = not second or call.parameter("fetch-owner") == "true"
    content: dict[str, Any] = {
        "Name": call.bucket,
        "Prefix": encode(prefix),
        "Delimiter": encode(delimiter) if delimiter else None,
        "EncodingType": call.parameter("encoding-type") or None,
        "MaxKeys": limit,
        "IsTruncated": page.truncated,
        "Contents": [_told(item, encode, owner) for item in page.objects],
        "CommonPrefixes": [{"Prefix": encode(common)} for common in page.prefixes],
    }
    if second:
        content |= {
            "KeyCount": len(page.objects) + len(page.prefixes),
            "StartAfter": encode(call.parameter("start-after")) or None,
            "ContinuationToken": token or None,
            "NextContinuationToken": _pack(page.last) if page.truncated else None,
        }
    else:
        content |= {"Marker": encode(after), "NextMarker": encode(page.last) if page.truncated and delimiter else None}
    return xml.answer("ListBucketResult", content)


async def delete_objects(call: Call) -> Response:
    """DeleteObjects."""
    call.store.policy(call.bucket)
    asked = xml.parse(await body.document(call.request))
    keys = [item.findtext("Key") or "" for item in asked.findall("Object")]
    if not keys or len(keys) > _MAX_KEYS:
        raise xml.malformed()
    quiet = asked.findtext("Quiet") == "true"
    deleted, errors = [], []
    for key in keys:
        try:
            call.require("DeleteObject", key=key)
            await run_in_threadpool(call.store.delete, call.bucket, key)
            deleted.append({"Key": key})
        except AwsError as error:
            errors.append({"Key": key, "Code": error.code, "Message": error.message})
    return xml.answer("DeleteResult", {"Deleted": [] if quiet else deleted, "Error": errors})


def _told(item: Object, encode: Any, owner: bool) -> dict[str, Any]:
    return {
        "Key": encode(item.key),
        "LastModified": told(item.modified),
        "ETag": f'"{item.etag}"',
        "Size": item.size,
        "StorageClass": "STANDARD",
        "Owner": OWNER if owner else None,
    }


def _encoder(call: Call) -> Any:
    if call.parameter("encoding-type") == "url":
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


def _owner_only(call: Call) -> None:
    """A policy never locks the account out of the policy itself."""
    if call.caller is None:
        raise AwsError("AccessDenied", "Access Denied", 403)
