"""What Cloud Storage tells of buckets and objects, and what clients may set of them.

Sources: https://cloud.google.com/storage/docs/json_api/v1/buckets and .../objects
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from embedded.services.gcp.errors import invalid, not_implemented
from embedded.services.gcp.gcs.store import About, Bucket, Object

BUCKET_FIELDS = ("location", "storageClass", "labels", "website", "iamConfiguration")
OBJECT_FIELDS = (
    *("contentType", "contentEncoding", "contentDisposition", "contentLanguage", "cacheControl"),
    *("metadata", "customTime", "storageClass"),
)
MULTI_REGIONS = ("US", "EU", "ASIA")
CLASSES = ("STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE", "MULTI_REGIONAL", "REGIONAL", "DURABLE_REDUCED_AVAILABILITY")
_SET_BY_US = frozenset(
    (
        *("kind", "id", "selfLink", "mediaLink", "name", "bucket", "projectNumber", "locationType", "owner"),
        *("generation", "metageneration", "timeCreated", "updated", "timeStorageClassUpdated", "timeFinalized"),
        *("size", "md5Hash", "crc32c", "etag", "componentCount"),
    )
)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
_LOCATION = re.compile(r"[A-Z]+(-[A-Z0-9]+)?|[A-Z]+[0-9]")


def check_bucket_name(name: Any) -> str:
    """A bucket's name, if it may be one (https://cloud.google.com/storage/docs/buckets#naming).

    Raises:
        GoogleError: it may not.
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
    """An object's name, if it may be one (https://cloud.google.com/storage/docs/objects#naming).

    Raises:
        GoogleError: it may not.
    """
    if not isinstance(name, str) or not name:
        raise invalid("Required object name is missing.")
    if len(name.encode()) > 1024 or re.search(r"[\r\n\0]", name) or name in (".", ".."):
        raise invalid("Invalid object name: 1 to 1024 bytes of UTF-8, without line breaks, neither '.' nor '..'.")
    return name


def bucket_about(given: Mapping[str, Any], old: About | None = None) -> About:
    """A bucket's settings after a client set some; those that are null become unset.

    Raises:
        GoogleError: one is wrong, or would do something that is not done here.
    """
    about = _changed(given, BUCKET_FIELDS, old or {})
    about["location"] = str(about.get("location", "US")).upper()
    if old and about["location"] != old["location"]:
        raise invalid("The location of a bucket cannot be changed.")
    if not _LOCATION.fullmatch(about["location"]):
        raise invalid(f"The specified location constraint is not valid: {about['location']}")
    about["storageClass"] = _storage_class(about.get("storageClass", "STANDARD"))
    return about


def object_about(given: Mapping[str, Any], old: About | None = None) -> About:
    """An object's settings after a client set some; those that are null become unset.

    Raises:
        GoogleError: one would do something that is not done here.
    """
    before = dict(old or {})
    metadata = given.get("metadata")
    if isinstance(metadata, dict):
        kept = {**before.get("metadata", {}), **metadata}
        given = {**given, "metadata": {name: value for name, value in kept.items() if value is not None} or None}
    about = _changed(given, OBJECT_FIELDS, before)
    if "storageClass" in about:
        about["storageClass"] = _storage_class(about["storageClass"])
    return about


def bucket_json(bucket: Bucket, base: str) -> dict[str, Any]:
    """A bucket as the API tells it; `base` is our address."""
    location = bucket.about["location"]
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
        **bucket.about,
    }


def object_json(bucket: str, item: Object, base: str) -> dict[str, Any]:
    """An object as the API tells it; `base` is our address."""
    path = f"b/{bucket}/o/{quote(item.key, safe='')}"
    content = item.content
    told = {
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
        **item.about,
    }
    return {name: value for name, value in told.items() if value is not None}


def etag(item: Object) -> str:
    """Changes with an object's bytes and with its settings."""
    return f"{item.generation:x}/{item.metageneration}"


def _changed(given: Mapping[str, Any], fields: tuple[str, ...], old: About) -> About:
    for name, value in given.items():
        if name not in fields and name not in _SET_BY_US and not _is_nothing(value):
            raise not_implemented(f"The property {name!r}")
    about = {**old, **{name: given[name] for name in fields if name in given}}
    return {name: value for name, value in about.items() if value is not None}


def _is_nothing(value: Any) -> bool:
    """Whether a property says that what it is about is off: false, empty, or an object of such."""
    return not value or (isinstance(value, dict) and all(map(_is_nothing, value.values())))


def _storage_class(name: Any) -> str:
    if name not in CLASSES:
        raise invalid(f"Invalid argument: storageClass {name!r} is none of {', '.join(CLASSES)}.")
    return name


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
