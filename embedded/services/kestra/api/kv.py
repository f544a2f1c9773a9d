"""The key-value store of namespaces."""

from typing import Any

import jpype
from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import repositories
from embedded.services.kestra.api.convert import or_none
from embedded.services.kestra.api.errors import BadRequest, Invalid, NotFound
from embedded.services.kestra.api.filters import query_filters
from embedded.services.kestra.api.limits import require_duration
from embedded.services.kestra.api.namespaces import namespace_of
from embedded.services.kestra.api.request import Request, endpoint, json_text, json_value

COLUMNS = {
    "namespace": "namespace",
    "key": "name",
    "version": "version",
    "description": "description",
    "creationDate": "created",
    "updateDate": "updated",
    "expirationDate": "expiration_date",
}
REVISION = ("version", "revision")
"""What the number of a value is called, in 1.3 and in 2.0."""
MAX_KEY = 200
"""Characters of a key, whose value is a file of that name and some 30 characters more."""


class SortColumns:
    """What the repository's columns are called in an entry; in the form of the repositories' own sort mappings."""

    def apply(self, name: str) -> str | None:
        """The column of a field, or None if there is no such field."""
        return COLUMNS.get(name)


def list_all(request: Request) -> Response:
    """The keys of all namespaces, paged; without those that are deleted or expired."""
    repository = repositories.kv_metadata(request)
    keys = repository.find(
        request.page(SortColumns()), request.tenant, query_filters(request, ("q", "namespace")), False, False
    )
    entry = request.java("io.kestra.core.storages.kv.KVEntry").from_
    return request.page_of([entry(metadata) for metadata in keys], int(keys.getTotal()))


def list_keys(request: Request) -> Response:
    """The keys of one namespace."""
    return request.entity(_store(request).list())


def list_inherited(request: Request) -> Response:
    """The keys of the namespaces above this one; of keys of the same name, the nearest."""
    parts = namespace_of(request).split(".")
    entries: dict[str, Any] = {}
    for depth in range(len(parts) - 1, 0, -1):
        for entry in _store(request, ".".join(parts[:depth])).list():
            entries.setdefault(str(entry.key()), entry)
    return json_text("[" + ",".join(request.engine.to_json(entry) for entry in entries.values()) + "]")


def get(request: Request) -> Response:
    """A value, with the type that the engine sees in it.

    Raises:
        NotFound: no such key.
    """
    key, store = request.params["key"], _store(request)
    if (stored := or_none(store.getValue(key))) is None:
        raise NotFound(f"No value found for key '{key}' in namespace '{request.params['namespace']}'")
    value, entry = stored.value(), store.get(key).get()
    detail = request.java("java.util.LinkedHashMap")()
    detail.put("type", _type_of(request, value))
    detail.put("value", value)
    detail.put("revision", next(getattr(entry, name)() for name in REVISION if hasattr(entry, name)))
    detail.put("updated", entry.updateDate())
    return request.entity(detail)


def put(request: Request) -> Response:
    """Set a value. The body is an Ion text, of which JSON is a part; headers `ttl` (ISO 8601 duration), `description`.

    Raises:
        BadRequest: there is no body.
        Invalid: the body is no value, or `ttl` is longer than ten years.
    """
    text, key = request.text(), request.params["key"]
    if not text.strip():
        raise BadRequest("Required Body [value] not specified")
    if len(key) > MAX_KEY:
        raise Invalid(f"The key has {len(key)} characters, more than {MAX_KEY}")
    ttl = request.http.headers.get("ttl")
    duration = request.java("java.time.Duration")
    lifetime = require_duration(request, "ttl", duration.parse(ttl)) if ttl else jpype.JObject(None, duration)
    metadata = request.java("io.kestra.core.storages.kv.KVMetadata")(request.http.headers.get("description"), lifetime)
    value = _parse(request, text)
    _store(request).put(key, request.java("io.kestra.core.storages.kv.KVValueAndMetadata")(metadata, value))
    return Response()


def delete(request: Request) -> Response:
    """Delete a key; answers whether it was there."""
    return json_value(bool(_store(request).delete(request.params["key"])))


def delete_many(request: Request) -> Response:
    """Delete the `keys` of the body; answers those that were there.

    Raises:
        Invalid: the body is not so.
    """
    store, keys = _store(request), request.fields().get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise Invalid("'keys', a list of keys, was expected")
    return json_value({"keys": [key for key in keys if store.delete(key)]})


def _store(request: Request, namespace: str | None = None) -> Any:
    return request.engine.kv_store(request.tenant, namespace or namespace_of(request))


def _parse(request: Request, text: str) -> Any:
    """The value of an Ion text; a text that continues after its first value is one string."""
    mapper = request.java("io.kestra.core.serializers.JacksonMapper").ofIon()
    # Jackson lets some of the Ion reader's own exceptions pass.
    failures = tuple(
        request.java(name)
        for name in ("com.fasterxml.jackson.core.JsonProcessingException", "com.amazon.ion.IonException")
    )
    parser = mapper.getFactory().createParser(text)
    try:
        value = mapper.readTree(parser)
    except failures as error:
        raise Invalid(f"Invalid JSON value for: {text}") from error
    try:
        ended = parser.nextToken() is None
    except failures:
        ended = False
    # The official server keeps the first value and drops the rest: `my-bucket` without quotes would become `my`.
    return value if ended else mapper.getNodeFactory().textNode(text)


def _type_of(request: Request, value: Any) -> Any:
    return request.java("io.kestra.core.models.kv.KVType").from_(value)


routes = [
    Route("/kv", endpoint(list_all)),
    Route("/namespaces/{namespace}/kv", endpoint(list_keys)),
    Route("/namespaces/{namespace}/kv", endpoint(delete_many), methods=["DELETE"]),
    Route("/namespaces/{namespace}/kv/inheritance", endpoint(list_inherited)),
    Route("/namespaces/{namespace}/kv/{key}", endpoint(get)),
    Route("/namespaces/{namespace}/kv/{key}", endpoint(put), methods=["PUT"]),
    Route("/namespaces/{namespace}/kv/{key}", endpoint(delete), methods=["DELETE"]),
]
