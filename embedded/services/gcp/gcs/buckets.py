"""The resource `buckets`.

Source: https://cloud.google.com/storage/docs/json_api/v1/buckets
"""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from embedded.services.gcp.errors import invalid
from embedded.services.gcp.gcs.request import Request
from embedded.services.gcp.gcs.resources import bucket_json, bucket_properties, check_bucket_name
from embedded.services.gcp.gcs.store import Bucket, Store

PAGE = 1000


def list_buckets(store: Store, request: Request) -> Response:
    """A page of a project's buckets."""
    last = request.text("pageToken")
    buckets = [item for item in store.buckets(_project(request), request.text("prefix")) if item.name > last]
    limit = min(request.number("maxResults") or PAGE, PAGE)
    items = [bucket_json(item, request.base_url) for item in buckets[:limit]]
    body = {"kind": "storage#buckets", "items": items}
    if len(buckets) > limit:
        body["nextPageToken"] = buckets[limit - 1].name
    return JSONResponse(body)


def insert(store: Store, request: Request) -> Response:
    """Create a bucket."""
    name = check_bucket_name(request.document.get("name"))
    return _response(request, store.create_bucket(name, _project(request), bucket_properties(request.document)))


def get(store: Store, request: Request) -> Response:
    """Describe a bucket."""
    return _response(request, store.bucket(request.bucket))


def patch(store: Store, request: Request) -> Response:
    """Change some properties of a bucket."""
    properties = bucket_properties(request.document, store.bucket(request.bucket).properties)
    return _response(request, store.change_bucket(request.bucket, properties))


def update(store: Store, request: Request) -> Response:
    """Replace all properties of a bucket but its location."""
    location = {"location": store.bucket(request.bucket).properties["location"]}
    properties = bucket_properties({**location, **request.document}, location)
    return _response(request, store.change_bucket(request.bucket, properties))


def delete(store: Store, request: Request) -> Response:
    """Delete an empty bucket."""
    store.delete_bucket(request.bucket)
    return Response(status_code=204)


def _response(request: Request, bucket: Bucket) -> Response:
    return JSONResponse(bucket_json(bucket, request.base_url))


def _project(request: Request) -> str:
    if not request.text("project"):
        raise invalid("Required parameter: project")
    return request.text("project")
