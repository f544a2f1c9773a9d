"""The resource `objects`, without uploads.

Source: https://cloud.google.com/storage/docs/json_api/v1/objects
"""

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
from embedded.services.gcp.gcs.request import CONDITIONS, Request, precondition
from embedded.services.gcp.gcs.resources import check_object_name, etag, object_json, object_properties
from embedded.services.gcp.gcs.store import Content, Object, Precondition, Properties, Store

PAGE = 1000
MOST_COMPOSED = 32
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


@dataclass(frozen=True)
class _KeyRange:
    """The objects of a store between two keys."""

    store: Store
    start: str
    end: str | None

    def keys(self, bucket: str, low: str, high: str | None, limit: int) -> list[Object]:
        """As `Store.keys`, within the range."""
        high = min(filter(None, (high, self.end)), default=None)
        return self.store.keys(bucket, max(low, self.start), high, limit)


def list_objects(store: Store, request: Request) -> Response:
    """A page of a bucket's objects."""
    bucket = request.bucket
    store.bucket(bucket)
    key_range = _KeyRange(store, request.text("startOffset"), request.text("endOffset") or None)
    limit = min(request.number("maxResults") or PAGE, PAGE)
    prefix, delimiter = request.text("prefix"), request.text("delimiter")
    page = listing.list_page(key_range, bucket, prefix, delimiter, _last_key(request), limit)
    items = [object_json(bucket, item, request.base_url) for item in page.objects]
    if request.text("includeTrailingDelimiter").lower() == "true":
        folders = [item for name in page.prefixes for item in store.keys(bucket, name, name + "\0", 1)]
        items += [object_json(bucket, item, request.base_url) for item in folders]
        items.sort(key=lambda item: item["name"])
    body: dict[str, Any] = {"kind": "storage#objects", "items": items, "prefixes": page.prefixes}
    if page.truncated:
        body["nextPageToken"] = base64.urlsafe_b64encode(page.last.encode()).decode()
    return JSONResponse({name: value for name, value in body.items() if value})


def get(store: Store, request: Request) -> Response:
    """Describe an object, or send its bytes."""
    if request.text("alt") == "media":
        return download(store, request)
    item = store.find(request.bucket, request.object_name)
    _check_readable(request, item)
    return JSONResponse(object_json(request.bucket, item, request.base_url), headers={"ETag": etag(item)})


def download(store: Store, request: Request) -> Response:
    """Send an object's bytes, or those of a Range header."""
    item, file = store.open(request.bucket, request.object_name)
    try:
        _check_readable(request, item)
        start, size = _parse_range(request.http.headers.get("range"), item.content.size)
    except GoogleError:
        file.close()
        raise
    headers = _headers(item) | {"Content-Length": str(size)}
    status = 200
    if size != item.content.size:
        status = 206
        headers["Content-Range"] = f"bytes {start}-{start + size - 1}/{item.content.size}"
    return StreamingResponse(read_range(file, start, size), status, headers, media_type=None)


def patch(store: Store, request: Request) -> Response:
    """Change some properties of an object."""
    item = store.find(request.bucket, request.object_name)
    return _change(store, request, object_properties(request.document, item.properties))


def update(store: Store, request: Request) -> Response:
    """Replace all properties of an object."""
    return _change(store, request, object_properties(request.document))


def delete(store: Store, request: Request) -> Response:
    """Delete an object."""
    store.delete(request.bucket, request.object_name, _precondition(request))
    return Response(status_code=204)


def copy(store: Store, request: Request) -> Response:
    """Copy an object."""
    return JSONResponse(object_json(request.target[0], _copy(store, request), request.base_url))


def rewrite(store: Store, request: Request) -> Response:
    """Copy an object; always in one step."""
    item = _copy(store, request)
    size = str(item.content.size)
    sizes = {"totalBytesRewritten": size, "objectSize": size}
    resource = object_json(request.target[0], item, request.base_url)
    return JSONResponse({"kind": "storage#rewriteResponse", **sizes, "done": True, "resource": resource})


def compose(store: Store, request: Request) -> Response:
    """Concatenate several objects to one."""
    bucket, document = request.bucket, request.document
    sources = document.get("sourceObjects") or []
    if not 0 < len(sources) <= MOST_COMPOSED:
        raise invalid(f"The number of source components provided ({len(sources)}) must be from 1 to {MOST_COMPOSED}.")
    items = [store.find(bucket, str(source.get("name") or "")) for source in sources]
    for item, source in zip(items, sources, strict=True):
        match = (source.get("objectPreconditions") or {}).get("ifGenerationMatch")
        generation = int(source["generation"]) if source.get("generation") else None
        precondition({"ifGenerationMatch": str(match)} if match else {}, generation)(item)
    properties = object_properties(document.get("destination") or {})
    properties.setdefault("contentType", items[0].properties.get("contentType", ""))
    blob = store.blobs.join(item.blob for item in items)
    joined = digest(store.blobs.open(blob)).content(blob, {})
    content = Content(blob, joined.size, None, joined.crc32c)
    composed = store.put(bucket, check_object_name(request.object_name), content, properties, _precondition(request))
    return JSONResponse(object_json(bucket, composed, request.base_url))


def _change(store: Store, request: Request, properties: Properties) -> Response:
    item = store.change(request.bucket, request.object_name, properties, _precondition(request))
    return JSONResponse(object_json(request.bucket, item, request.base_url))


def _copy(store: Store, request: Request) -> Object:
    bucket, name = request.target
    check_object_name(name)
    item = store.find(request.bucket, request.object_name)
    conditions = {name: request.text(f"ifSource{name.removeprefix('if')}") for name in CONDITIONS}
    conditions = {name: value for name, value in conditions.items() if value}
    precondition(conditions, request.number("sourceGeneration"))(item)
    properties = object_properties(request.document) if request.document else item.properties
    old = item.content
    content = Content(store.blobs.join([old.blob]), old.size, old.md5, old.crc32c)
    return store.put(bucket, name, content, properties, precondition(request.conditions()))


def _precondition(request: Request) -> Precondition:
    return precondition(request.conditions(), request.number("generation"))


def _check_readable(request: Request, item: Object) -> None:
    """Check that an object to be read meets the request's conditions.

    Raises:
        GoogleError: it does not.
    """
    try:
        _precondition(request)(item)
    except GoogleError as error:
        is_unchanged = error.status == 412 and any("Not" in name for name in request.conditions())
        raise GoogleError(304, "notModified", "Not Modified") if is_unchanged else error from None


def _last_key(request: Request) -> str:
    """The key that the previous page ended with."""
    try:
        return base64.urlsafe_b64decode(request.text("pageToken")).decode()
    except (binascii.Error, ValueError) as error:
        raise invalid("Invalid value for pageToken: it is what a page before told.") from error


def _parse_range(header: str | None, size: int) -> tuple[int, int]:
    """The first byte and the number of bytes of a Range header; all bytes if it is none.

    Parameters:
        header: of the request, or None.
        size: of the object, in bytes.

    Raises:
        GoogleError: the range is beyond the end.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if not match or not any(match.groups()):
        return 0, size
    first, last = match.groups()
    if not first:
        length = min(int(last), size)
        return size - length, length
    if int(first) >= size:
        raise GoogleError(416, "requestedRangeNotSatisfiable", "Request range not satisfiable", "Range")
    return int(first), min(int(last) + 1 if last else size, size) - int(first)


def _headers(item: Object) -> dict[str, str]:
    properties, content = item.properties, item.content
    hashes = [f"crc32c={content.crc32c}", *([f"md5={content.md5}"] if content.md5 else [])]
    headers = {
        "Content-Type": properties.get("contentType"),
        "Content-Encoding": properties.get("contentEncoding"),
        "Content-Disposition": properties.get("contentDisposition"),
        "Content-Language": properties.get("contentLanguage"),
        "Cache-Control": properties.get("cacheControl"),
        "X-Goog-Hash": ",".join(hashes),
        "X-Goog-Generation": str(item.generation),
        "X-Goog-Metageneration": str(item.metageneration),
        "X-Goog-Storage-Class": properties.get("storageClass", "STANDARD"),
        "X-Goog-Stored-Content-Length": str(content.size),
        "X-Goog-Stored-Content-Encoding": properties.get("contentEncoding", "identity"),
        "ETag": etag(item),
        "Accept-Ranges": "bytes",
    }
    return {name: value for name, value in headers.items() if value}
