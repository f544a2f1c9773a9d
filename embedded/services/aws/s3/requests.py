"""What S3's operations read from a request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

from starlette.requests import Request

from embedded.services.aws.errors import AwsError
from embedded.services.aws.s3 import policy
from embedded.services.aws.s3.store import About, Check, Object, Store, no_key

_KEPT = ("content-type", "cache-control", "content-disposition", "content-encoding", "content-language", "expires")
_META = "x-amz-meta-"
_MAX_META = 2048
_MAX_KEY = 1024


@dataclass(frozen=True)
class Call:
    """One request to S3.

    Parameters:
        request: as it came.
        store: of all buckets.
        caller: the access key; None for nobody.
        bucket: its name, decoded; empty for the list of buckets.
        key: likewise; empty for the bucket itself.
    """

    request: Request
    store: Store
    caller: str | None
    bucket: str
    key: str

    def require(self, action: str, bucket: str | None = None, key: str | None = None) -> None:
        """Check the right to do something.

        Parameters:
            action: such as `GetObject`.
            bucket: if not this call's.
            key: likewise.

        Raises:
            AwsError: there is no such bucket, or its policy says no.
        """
        bucket = self.bucket if bucket is None else bucket
        key = self.key if key is None else key
        rules = self.store.policy(bucket) if bucket else None
        resource = f"{bucket}/{key}" if key else bucket or "*"
        if not policy.allows(rules, self.caller, f"s3:{action}", resource):
            who = f"User: arn:aws:iam::{policy.ACCOUNT}:user/{self.caller}" if self.caller else "Nobody"
            message = f"{who} is not authorized to perform: s3:{action} on resource: {policy.ARN}{resource}"
            raise AwsError("AccessDenied", message, 403)

    def parameter(self, name: str, default: str = "") -> str:
        """A value of the query."""
        return self.request.query_params.get(name, default)

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number of the query.

        Raises:
            AwsError: it is none, or out of bounds.
        """
        text = self.parameter(name)
        if not text:
            return default
        if not text.isdecimal() or not low <= int(text) <= high:
            message = f"{name} must be a whole number from {low} to {high}"
            raise AwsError("InvalidArgument", message, ArgumentName=name, ArgumentValue=text)
        return int(text)

    def about(self) -> About:
        """What the request's headers tell of an object.

        Raises:
            AwsError: the metadata is too long, or the key.
        """
        if len(self.key.encode()) > _MAX_KEY:
            raise AwsError("KeyTooLongError", "Your key is too long", Size=str(len(self.key.encode())))
        headers = {name: value for name, value in self.request.headers.items() if name in _KEPT}
        encodings = [part.strip() for part in headers.get("content-encoding", "").split(",")]
        kept = ",".join(part for part in encodings if part and part != "aws-chunked")
        headers.pop("content-encoding", None)
        if kept:
            headers["content-encoding"] = kept
        headers.setdefault("content-type", "binary/octet-stream")
        metadata = {
            name.removeprefix(_META): value for name, value in self.request.headers.items() if name.startswith(_META)
        }
        if sum(len(name) + len(value) for name, value in metadata.items()) > _MAX_META:
            raise AwsError("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
        return About(headers, metadata)

    def write_check(self) -> Check:
        """The check of `If-Match` and `If-None-Match` before an object is replaced or removed."""
        match, none = self.request.headers.get("if-match"), self.request.headers.get("if-none-match")
        key = self.key

        def check(there: Object | None) -> None:
            if none and there and (none == "*" or _names(none, there.etag)):
                raise precondition("If-None-Match")
            if match and not there:
                raise no_key(key)
            if match and there and match != "*" and not _names(match, there.etag):
                raise precondition("If-Match")

        return check

    def copy_source(self) -> tuple[str, str]:
        """Bucket and key that `x-amz-copy-source` names.

        Raises:
            AwsError: it names none, or a version.
        """
        path, _, query = self.request.headers["x-amz-copy-source"].partition("?")
        bucket, _, key = unquote(path).lstrip("/").partition("/")
        if not bucket or not key:
            raise AwsError("InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/key")
        if query not in ("", "versionId=null"):
            raise AwsError("NoSuchVersion", "The specified version does not exist.", 404, Key=key)
        return bucket, key


def precondition(name: str) -> AwsError:
    """The error for a condition that does not hold."""
    message = "At least one of the pre-conditions you specified did not hold"
    return AwsError("PreconditionFailed", message, 412, Condition=name)


def check_read(request: Request, item: Object, before: str = "") -> bool:
    """Check the conditions of a read.

    Parameters:
        request: the request.
        item: what is there.
        before: what precedes the headers' names, such as `x-amz-copy-source-`.

    Returns:
        Whether the client has it already.

    Raises:
        AwsError: a condition does not hold.
    """
    given = {name: request.headers.get(f"{before}{name}") for name in _CONDITIONS}
    changed = int(item.modified)
    if given["if-match"]:
        if given["if-match"] != "*" and not _names(given["if-match"], item.etag):
            raise precondition("If-Match")
    elif given["if-unmodified-since"] and changed > _moment(given["if-unmodified-since"]):
        raise precondition("If-Unmodified-Since")
    if given["if-none-match"]:
        has = given["if-none-match"] == "*" or _names(given["if-none-match"], item.etag)
    else:
        since = given["if-modified-since"]
        has = bool(since) and changed <= _moment(since or "")
    if has and before:
        raise precondition("If-None-Match")
    return has


_CONDITIONS = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since")


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First byte and length that a Range header asks for; None for all.

    Raises:
        AwsError: there is nothing there.
    """
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", header or "")
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


def told(moment: float) -> str:
    """A time as S3's documents tell it: in whole seconds, as in the headers."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _names(header: str, etag: str) -> bool:
    return etag in [part.strip().removeprefix("W/").strip('"') for part in header.split(",")]


def _moment(text: str) -> float:
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError as error:
        raise AwsError("InvalidArgument", f"{text} is no date") from error
