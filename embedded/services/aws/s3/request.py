"""A request to S3, and what its operations read from it: metadata, conditions and ranges."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

from starlette.requests import Request as HttpRequest

from embedded.services.aws.errors import AwsError
from embedded.services.aws.s3 import bucket_policy
from embedded.services.aws.s3.errors import failed_precondition, missing_key
from embedded.services.aws.s3.store import Check, Object, ObjectMetadata, Store
from embedded.shared.numbers import whole_number

_KEPT = ("content-type", "cache-control", "content-disposition", "content-encoding", "content-language", "expires")
_META = "x-amz-meta-"
_MAX_META = 2048
_MAX_KEY = 1024


@dataclass(frozen=True)
class Request:
    """A request to S3.

    Parameters:
        http: the HTTP request.
        store: store of all buckets.
        caller: the access key; None for an unsigned request.
        bucket: decoded name; empty for the list of buckets.
        key: decoded key; empty for the bucket itself.
    """

    http: HttpRequest
    store: Store
    caller: str | None
    bucket: str
    key: str

    def require(self, action: str, bucket: str | None = None, key: str | None = None) -> None:
        """Check that the caller may perform an action.

        Parameters:
            action: such as `GetObject`.
            bucket: another bucket than the request's.
            key: another key than the request's.

        Raises:
            AwsError: there is no such bucket, or its policy denies the action.
        """
        bucket = self.bucket if bucket is None else bucket
        key = self.key if key is None else key
        rules = self.store.policy(bucket) if bucket else None
        resource = f"{bucket}/{key}" if key else bucket or "*"
        if not bucket_policy.allows(rules, self.caller, f"s3:{action}", resource):
            who = f"User: arn:aws:iam::{bucket_policy.ACCOUNT}:user/{self.caller}" if self.caller else "Nobody"
            message = f"{who} is not authorized to perform: s3:{action} on resource: {bucket_policy.ARN}{resource}"
            raise AwsError("AccessDenied", message, 403)

    def parameter(self, name: str, default: str = "") -> str:
        """A query parameter."""
        return self.http.query_params.get(name, default)

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A query parameter that is a whole number.

        Parameters:
            name: name of the parameter.
            default: value if the parameter is missing.
            low: minimum.
            high: maximum.

        Raises:
            AwsError: the value is no number, or out of bounds.
        """
        text = self.parameter(name)
        if not text:
            return default
        number = whole_number(text, low, high)
        if number is None:
            message = f"{name} must be a whole number from {low} to {high}"
            raise AwsError("InvalidArgument", message, ArgumentName=name, ArgumentValue=text[:80])
        return number

    def object_metadata(self) -> ObjectMetadata:
        """The object metadata in the request's headers.

        Raises:
            AwsError: the metadata or the key is too long.
        """
        if len(self.key.encode()) > _MAX_KEY:
            raise AwsError("KeyTooLongError", "Your key is too long", Size=str(len(self.key.encode())))
        headers = {name: value for name, value in self.http.headers.items() if name in _KEPT}
        encodings = [part.strip() for part in headers.get("content-encoding", "").split(",")]
        kept = ",".join(part for part in encodings if part and part != "aws-chunked")
        headers.pop("content-encoding", None)
        if kept:
            headers["content-encoding"] = kept
        headers.setdefault("content-type", "binary/octet-stream")
        metadata = {
            name.removeprefix(_META): value for name, value in self.http.headers.items() if name.startswith(_META)
        }
        if sum(len(name) + len(value) for name, value in metadata.items()) > _MAX_META:
            raise AwsError("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
        return ObjectMetadata(headers, metadata)

    def write_check(self) -> Check:
        """Build the check of `If-Match` and `If-None-Match` before an object is replaced or deleted."""
        match, none_match = self.http.headers.get("if-match"), self.http.headers.get("if-none-match")
        key = self.key

        def check(current: Object | None) -> None:
            if none_match and current and (none_match == "*" or _names(none_match, current.etag)):
                raise failed_precondition("If-None-Match")
            if match and not current:
                raise missing_key(key)
            if match and current and match != "*" and not _names(match, current.etag):
                raise failed_precondition("If-Match")

        return check

    def copy_source(self) -> tuple[str, str]:
        """Bucket and key in `x-amz-copy-source`.

        Raises:
            AwsError: the header has none, or has a version.
        """
        path, _, query = self.http.headers["x-amz-copy-source"].partition("?")
        bucket, _, key = unquote(path).lstrip("/").partition("/")
        if not bucket or not key:
            raise AwsError("InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/key")
        if query not in ("", "versionId=null"):
            raise AwsError("NoSuchVersion", "The specified version does not exist.", 404, Key=key)
        return bucket, key


def check_read(http: HttpRequest, item: Object, prefix: str = "") -> bool:
    """Check the conditions of a read.

    Parameters:
        http: the request.
        item: the current object.
        prefix: prefix of the header names, such as `x-amz-copy-source-`.

    Returns:
        Whether the client has the object already.

    Raises:
        AwsError: a condition does not hold.
    """
    conditions = {name: http.headers.get(f"{prefix}{name}") for name in _CONDITIONS}
    changed = int(item.modified)
    if conditions["if-match"]:
        if conditions["if-match"] != "*" and not _names(conditions["if-match"], item.etag):
            raise failed_precondition("If-Match")
    elif conditions["if-unmodified-since"] and changed > _moment(conditions["if-unmodified-since"]):
        raise failed_precondition("If-Unmodified-Since")
    if conditions["if-none-match"]:
        is_fresh = conditions["if-none-match"] == "*" or _names(conditions["if-none-match"], item.etag)
    else:
        since = conditions["if-modified-since"]
        is_fresh = bool(since) and changed <= _moment(since or "")
    if is_fresh and prefix:
        raise failed_precondition("If-None-Match")
    return is_fresh


_CONDITIONS = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since")


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First byte and length of a Range header; None for the whole object.

    Raises:
        AwsError: the range is not satisfiable.
    """
    match = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", header or "")
    if not match or match[1] == match[2] == "":
        return None
    if match[1]:
        start = int(match[1])
        end = min(int(match[2]), size - 1) if match[2] else size - 1
        if match[2] and int(match[2]) < start:
            return None
    else:
        start, end = max(size - int(match[2]), 0), size - 1
    if start >= size or (match[2] == "0" and not match[1]):
        message = "The requested range is not satisfiable"
        raise AwsError("InvalidRange", message, 416, RangeRequested=header or "", ActualObjectSize=str(size))
    return start, end - start + 1


def xml_time(moment: float) -> str:
    """Format a time for S3's XML, in whole seconds as in the headers."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _names(header: str, etag: str) -> bool:
    return etag in [part.strip().removeprefix("W/").strip('"') for part in header.split(",")]


def _moment(text: str) -> float:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError, TypeError) as error:
        raise AwsError("InvalidArgument", f"{text} is no date") from error
