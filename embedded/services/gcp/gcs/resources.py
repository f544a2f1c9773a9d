"""Buckets and objects as JSON, and the properties that clients may set.

Sources: https://cloud.google.com/storage/docs/json_api/v1/buckets and .../objects
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from embedded.services.gcp.errors import invalid, not_implemented
from embedded.services.gcp.gcs.store import Bucket, Object, Properties

BUCKET_FIELDS = ("location", "storageClass", "labels", "website", "iamConfiguration")
OBJECT_FIELDS = (
    *("contentType", "contentEncoding", "contentDisposition", "contentLanguage", "cacheControl"),
    *("metadata", "customTime", "storageClass"),
)
MULTI_REGIONS = ("US", "EU", "ASIA")
CLASSES = ("STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE", "MULTI_REGIONAL", "REGIONAL", "DURABLE_REDUCED_AVAILABILITY")
_READ_ONLY = frozenset(
    (
        *("kind", "id", "selfLink", "mediaLink", "name", "bucket", "projectNumber", "locationType", "owner"),
        *("generation", "metageneration", "timeCreated", "updated", "timeStorageClassUpdated", "timeFinalized"),
        *("size", "md5Hash", "crc32c", "etag", "componentCount"),
    )
)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
_LOCATION = re.compile(r"[A-Z]+(-[A-Z0-9]+)?|[A-Z]+[0-9]")


def check_bucket_name(name: Any) -> str:
    """A valid name of a bucket (https://cloud.google.com/storage/docs/buckets#naming).

    Raises:
        GoogleError: it is invalid.
    """
    if not isinstance(name, str) or not name:
        raise invalid("Required parameter: [resource.name]")
    if not _NAME.fullmatch(name) or name.startswith("goog") or "google" in name:
        raise invalid(
            f"Invalid bucket name: '{name}'. It has 3 to 63 lower-case letters, digits, dashes, dots or underscores, "
            "begins and ends with a letter or digit, and does not hold 'google'."
        )
    return name


def check_object_name(name: Any) -> str:
    """A valid name of an object (https://cloud.google.com/storage/docs/objects#naming).

    Raises:
        GoogleError: it is invalid.
    """
    if not isinstance(name, str) or not name:
        raise invalid("Required object name is missing.")
    if len(name.encode()) > 1024 or re.search(r"[\r\n\0]", name) or name in (".", ".."):
        raise invalid("Invalid object name: 1 to 1024 bytes of UTF-8, without line breaks, neither '.' nor '..'.")
    return name


def bucket_properties(document: Mapping[str, Any], old: Properties | None = None) -> Properties:
    """A bucket's properties after a change; null unsets one.

    Raises:
        GoogleError: one is wrong, or not supported.
    """
    properties = _merge(document, BUCKET_FIELDS, old or {})
    properties["location"] = str(properties.get("location", "US")).upper()
    if old and properties["location"] != old["location"]:
        raise invalid("The location of a bucket cannot be changed.")
    if not _LOCATION.fullmatch(properties["location"]):
        raise invalid(f"The specified location constraint is not valid: {properties['location']}")
    properties["storageClass"] = _storage_class(properties.get("storageClass", "STANDARD"))
    return properties


def object_properties(document: Mapping[str, Any], old: Properties | None = None) -> Properties:
    """An object's properties after a change; null unsets one.

    Raises:
        GoogleError: one is wrong, or not supported.
    """
    before = dict(old or {})
    metadata = document.get("metadata")
    if isinstance(metadata, dict):
        kept = {**before.get("metadata", {}), **metadata}
        document = {**document, "metadata": {name: value for name, value in kept.items() if value is not None} or None}
    properties = _merge(document, OBJECT_FIELDS, before)
    if "storageClass" in properties:
        properties["storageClass"] = _storage_class(properties["storageClass"])
    return properties


def bucket_json(bucket: Bucket, base: str) -> dict[str, Any]:
    """A bucket as JSON; `base` is the service's address."""
    location = bucket.properties["location"]
    kind = "multi-region" if location in MULTI_REGIONS else "region" if "-" in location else "dual-region"
    return {
        "kind": "storage#bucket",
        "id": bucket.name,
        "selfLink": f"{base}/storage/v1/b/{bucket.name}",
        "name": bucket.name,
        "projectNumber": "0",
        "metageneration": str(bucket.metageneration),
        "timeCreated": _moment(bucket.created),
        "updated": _moment(bucket.updated),
        "locationType": kind,
        "etag": f"CA{bucket.metageneration}=",
        "softDeletePolicy": {"retentionDurationSeconds": "0"},
        **bucket.properties,
    }


def object_json(bucket: str, item: Object, base: str) -> dict[str, Any]:
    """An object as JSON.

    Parameters:
        bucket: that it is in.
        item: the object.
        base: the service's address.
    """
    path = f"b/{bucket}/o/{quote(item.key, safe='')}"
    content = item.content
    body = {
        "kind": "storage#object",
        "id": f"{bucket}/{item.key}/{item.generation}",
        "selfLink": f"{base}/storage/v1/{path}",
        "mediaLink": f"{base}/download/storage/v1/{path}?generation={item.generation}&alt=media",
        "name": item.key,
        "bucket": bucket,
        "generation": str(item.generation),
        "metageneration": str(item.metageneration),
        "storageClass": "STANDARD",
        "size": str(content.size),
        "md5Hash": content.md5,
        "crc32c": content.crc32c,
        "etag": etag(item),
        "timeCreated": _moment(item.created),
        "updated": _moment(item.updated),
        "timeStorageClassUpdated": _moment(item.created),
        **item.properties,
    }
    return {name: value for name, value in body.items() if value is not None}


def etag(item: Object) -> str:
    """An ETag that changes with an object's bytes and properties."""
    return f"{item.generation:x}/{item.metageneration}"


def _merge(document: Mapping[str, Any], fields: tuple[str, ...], old: Properties) -> Properties:
    for name, value in document.items():
        if name not in fields and name not in _READ_ONLY and not _is_nothing(value):
            raise not_implemented(f"The property {name!r}")
    properties = {**old, **{name: document[name] for name in fields if name in document}}
    return {name: value for name, value in properties.items() if value is not None}


def _is_nothing(value: Any) -> bool:
    """Whether a property is off: false, empty, or an object of such."""
    return not value or (isinstance(value, dict) and all(map(_is_nothing, value.values())))


def _storage_class(name: Any) -> str:
    if name not in CLASSES:
        raise invalid(f"Invalid argument: storageClass {name!r} is none of {', '.join(CLASSES)}.")
    return name


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
