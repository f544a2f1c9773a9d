"""The API of objects, but for uploads."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response, StreamingResponse

from embedded.object_store import listing
from embedded.object_store.blobs import read_range
from embedded.services.gcp.errors import GoogleError, invalid
from embedded.services.gcp.gcs.body import digest
from embedded.services.gcp.gcs.request import CONDITIONS, Call, check
from embedded.services.gcp.gcs.resources import check_object_name, etag, object_about, object_json
from embedded.services.gcp.gcs.store import Content, Object, Store

Place = tuple[str, str]
"""A bucket and a name in it."""

PAGE = 1000
MOST_COMPOSED = 32
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True)
class _Window:
    """The objects of a store between two names."""

    store: Store
    start: str
    end: str | None

    def keys(self, bucket: str, low: str, high: str | None, limit: int) -> list[Object]:
        """As the store's, with these bounds."""
        high = min(filter(None, (high, self.end)), default=None)
        return self.store.keys(bucket, max(low, self.start), high, limit)


def list_objects(store: Store, call: Call, bucket: str) -> Response:
    """A page of a bucket's objects."""
    store.bucket(bucket)
    window = _Window(store, call.text("startOffset"), call.text("endOffset") or None)
    limit = min(call.number("maxResults") or PAGE, PAGE)
    page = listing.list_page(window, bucket, call.text("prefix"), call.text("delimiter"), _after(call), limit)
    items = [object_json(bucket, item, call.base) for item in page.objects]
    if call.text("includeTrailingDelimiter").lower() == "true":
        folders = [found[0] for name in page.prefixes if (found := store.keys(bucket, name, name + "\0", 1))]
        items = sorted([*items, *(object_json(bucket, one, call.base) for one in folders)], key=lambda one: one["name"])
    body: dict[str, Any] = {"kind": "storage#objects", "items": items, "prefixes": page.prefixes}
    if page.truncated:
        body["nextPageToken"] = base64.urlsafe_b64encode(page.last.encode()).decode()
    return JSONResponse({name: value for name, value in body.items() if value})


def get(store: Store, call: Call, bucket: str, name: str) -> Response:
    """Tell of an object, or give its bytes."""
    if call.text("alt") == "media":
        return download(store, call, bucket, name)
    item = store.find(bucket, name)
    _checked(call, item)
    return JSONResponse(object_json(bucket, item, call.base), headers={"ETag": etag(item)})


def download(store: Store, call: Call, bucket: str, name: str) -> Response:
    """Give an object's bytes, or those that a Range header asks for."""
    item, file = store.open(bucket, name)
    try:
        _checked(call, item)
        start, size = _asked(call.request.headers.get("range"), item.content.size)
    except GoogleError:
        file.close()
        raise
    headers = _headers(item) | {"Content-Length": str(size)}
    status = 200
    if size != item.content.size:
        status = 206
        headers["Content-Range"] = f"bytes {start}-{start + size - 1}/{item.content.size}"
    return StreamingResponse(read_range(file, start, size), status, headers, media_type=None)


def patch(store: Store, call: Call, bucket: str, name: str) -> Response:
    """Change some of an object's settings."""
    about = object_about(call.given, store.find(bucket, name).about)
    return JSONResponse(object_json(bucket, store.change(bucket, name, about, _check(call)), call.base))


def update(store: Store, call: Call, bucket: str, name: str) -> Response:
    """Change all of an object's settings."""
    about = object_about(call.given)
    return JSONResponse(object_json(bucket, store.change(bucket, name, about, _check(call)), call.base))


def delete(store: Store, call: Call, bucket: str, name: str) -> Response:
    """Remove an object."""
    store.delete(bucket, name, _check(call))
    return Response(status_code=204)


def copy(store: Store, call: Call, bucket: str, name: str, to_bucket: str, to_name: str) -> Response:
    """Copy an object."""
    copied = _copied(store, call, (bucket, name), (to_bucket, check_object_name(to_name)))
    return JSONResponse(object_json(to_bucket, copied, call.base))


def rewrite(store: Store, call: Call, bucket: str, name: str, to_bucket: str, to_name: str) -> Response:
    """Copy an object; always in one go."""
    copied = _copied(store, call, (bucket, name), (to_bucket, check_object_name(to_name)))
    size = str(copied.content.size)
    resource = object_json(to_bucket, copied, call.base)
    sizes = {"totalBytesRewritten": size, "objectSize": size}
    return JSONResponse({"kind": "storage#rewriteResponse", **sizes, "done": True, "resource": resource})


def compose(store: Store, call: Call, bucket: str, name: str) -> Response:
    """Make one object of several, in their order."""
    given = call.given
    sources = given.get("sourceObjects") or []
    if not 0 < len(sources) <= MOST_COMPOSED:
        raise invalid(f"The number of source components provided ({len(sources)}) must be from 1 to {MOST_COMPOSED}.")
    items = [store.find(bucket, str(source.get("name"))) for source in sources]
    for item, source in zip(items, sources, strict=True):
        wanted = (source.get("objectPreconditions") or {}).get("ifGenerationMatch")
        check({"ifGenerationMatch": str(wanted)} if wanted else {}, _generation(source.get("generation")))(item)
    about = object_about(given.get("destination") or {})
    about.setdefault("contentType", items[0].about.get("contentType", ""))
    blob = store.blobs.join(item.blob for item in items)
    found = digest(store.blobs.open(blob)).content(blob, {})
    content = Content(blob, found.size, None, found.crc32c)
    composed = store.put(bucket, check_object_name(name), content, about, _check(call))
    return JSONResponse(object_json(bucket, composed, call.base))


def _copied(store: Store, call: Call, source: Place, target: Place) -> Object:
    item = store.find(*source)
    said = {name: call.text(f"ifSource{name.removeprefix('if')}") for name in CONDITIONS}
    check({name: value for name, value in said.items() if value}, call.number("sourceGeneration"))(item)
    about = object_about(call.given) if call.given else item.about
    old = item.content
    content = Content(store.blobs.join([old.blob]), old.size, old.md5, old.crc32c)
    return store.put(*target, content, about, check(call.conditions()))


def _check(call: Call) -> Any:
    return check(call.conditions(), call.number("generation"))


def _checked(call: Call, item: Object) -> None:
    """Notice that an object that is to be read is not the one that is meant.

    Raises:
        GoogleError: it is not.
    """
    try:
        _check(call)(item)
    except GoogleError as error:
        is_unchanged = error.status == 412 and any("Not" in name for name in call.conditions())
        raise GoogleError(304, "notModified", "Not Modified") if is_unchanged else error from None


def _generation(value: Any) -> int | None:
    return int(value) if value else None


def _after(call: Call) -> str:
    try:
        return base64.urlsafe_b64decode(call.text("pageToken")).decode()
    except (binascii.Error, ValueError) as error:
        raise invalid("Invalid value for pageToken: it is what a page before told.") from error


def _asked(header: str | None, size: int) -> tuple[int, int]:
    """The first byte and the number of bytes that a Range header asks for; one that is none is not heeded.

    Raises:
        GoogleError: they are beyond the end.
    """
    found = _RANGE.fullmatch(header.strip()) if header else None
    if not found or not any(found.groups()):
        return 0, size
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        return size - length, length
    if int(first) >= size:
        raise GoogleError(416, "requestedRangeNotSatisfiable", "Request range not satisfiable", "Range")
    return int(first), min(int(last) + 1 if last else size, size) - int(first)


def _headers(item: Object) -> dict[str, str]:
    about, content = item.about, item.content
    hashes = [f"crc32c={content.crc32c}", *([f"md5={content.md5}"] if content.md5 else [])]
    named = {
        "Content-Type": about.get("contentType"),
        "Content-Encoding": about.get("contentEncoding"),
        "Content-Disposition": about.get("contentDisposition"),
        "Content-Language": about.get("contentLanguage"),
        "Cache-Control": about.get("cacheControl"),
        "X-Goog-Hash": ",".join(hashes),
        "X-Goog-Generation": str(item.generation),
        "X-Goog-Metageneration": str(item.metageneration),
        "X-Goog-Storage-Class": about.get("storageClass", "STANDARD"),
        "X-Goog-Stored-Content-Length": str(content.size),
        "X-Goog-Stored-Content-Encoding": about.get("contentEncoding", "identity"),
        "ETag": etag(item),
        "Accept-Ranges": "bytes",
    }
    return {name: value for name, value in named.items() if value}
