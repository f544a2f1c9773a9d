"""The API of buckets."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from embedded.services.gcp.errors import invalid
from embedded.services.gcp.gcs.request import Call
from embedded.services.gcp.gcs.resources import bucket_about, bucket_json, check_bucket_name
from embedded.services.gcp.gcs.store import Store

PAGE = 1000


def list_buckets(store: Store, call: Call) -> Response:
    """A page of a project's buckets."""
    found = [item for item in store.buckets(_project(call), call.text("prefix")) if item.name > call.text("pageToken")]
    limit = min(call.number("maxResults") or PAGE, PAGE)
    body = {"kind": "storage#buckets", "items": [bucket_json(item, call.base) for item in found[:limit]]}
    if len(found) > limit:
        body["nextPageToken"] = found[limit - 1].name
    return JSONResponse(body)


def insert(store: Store, call: Call) -> Response:
    """Make a bucket."""
    name = check_bucket_name(call.given.get("name"))
    return JSONResponse(bucket_json(store.create_bucket(name, _project(call), bucket_about(call.given)), call.base))


def get(store: Store, call: Call, name: str) -> Response:
    """Tell of a bucket."""
    return JSONResponse(bucket_json(store.bucket(name), call.base))


def patch(store: Store, call: Call, name: str) -> Response:
    """Change some of a bucket's settings."""
    about = bucket_about(call.given, store.bucket(name).about)
    return JSONResponse(bucket_json(store.change_bucket(name, about), call.base))


def update(store: Store, call: Call, name: str) -> Response:
    """Change all of a bucket's settings but its place."""
    place = {"location": store.bucket(name).about["location"]}
    about = bucket_about({**place, **call.given}, place)
    return JSONResponse(bucket_json(store.change_bucket(name, about), call.base))


def delete(store: Store, _: Call, name: str) -> Response:
    """Remove an empty bucket."""
    store.delete_bucket(name)
    return Response(status_code=204)


def _project(call: Call) -> str:
    if not call.text("project"):
        raise invalid("Required parameter: project")
    return call.text("project")
