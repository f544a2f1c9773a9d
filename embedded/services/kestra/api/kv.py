"""The key-value store of namespaces."""

from typing import Any

import jpype
from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api.convert import or_none
from embedded.services.kestra.api.errors import BadRequest, Invalid, NotFound
from embedded.services.kestra.api.filters import query_filters
from embedded.services.kestra.api.namespaces import namespace_of
from embedded.services.kestra.api.request import Call, endpoint, json_text, json_value

COLUMNS = {
    "namespace": "namespace",
    "key": "name",
    "version": "version",
    "description": "description",
    "creationDate": "created",
    "updateDate": "updated",
    "expirationDate": "expiration_date",
}


class SortColumns:
    """What the repository's columns are called in an entry; in the form of the repositories' own sort mappings."""

    def apply(self, name: str) -> str | None:
        return COLUMNS.get(name)


def list_all(call: Call) -> Response:
    """The keys of all namespaces, paged; without those that are deleted or expired."""
    repository = call.bean("io.kestra.core.repositories.KvMetadataRepositoryInterface")
    found = repository.find(
        call.page(SortColumns()), call.tenant, query_filters(call, ("q", "namespace")), False, False
    )
    entry = call.engine.java("io.kestra.core.storages.kv.KVEntry").from_
    return call.page_of([entry(metadata) for metadata in found], int(found.getTotal()))


def list_keys(call: Call) -> Response:
    """The keys of one namespace."""
    return call.entity(_store(call).list())


def list_inherited(call: Call) -> Response:
    """The keys of the namespaces above this one; of keys of the same name, the nearest."""
    parts = namespace_of(call).split(".")
    entries: dict[str, Any] = {}
    for depth in range(len(parts) - 1, 0, -1):
        for entry in _store(call, ".".join(parts[:depth])).list():
            entries.setdefault(str(entry.key()), entry)
    return json_text("[" + ",".join(call.engine.to_json(entry) for entry in entries.values()) + "]")


def get(call: Call) -> Response:
    """A value, with the type that the engine sees in it.

    Raises:
        NotFound: no such key.
    """
    key, store = call.params["key"], _store(call)
    if (found := or_none(store.getValue(key))) is None:
        raise NotFound(f"No value found for key '{key}' in namespace '{call.params['namespace']}'")
    value, entry = found.value(), store.get(key).get()
    detail = call.engine.java("java.util.LinkedHashMap")()
    detail.put("type", _type_of(call, value))
    detail.put("value", value)
    detail.put("revision", entry.version())
    detail.put("updated", entry.updateDate())
    return call.entity(detail)


def put(call: Call) -> Response:
    """Set a value. The body is an Ion text, of which JSON is a part; headers `ttl` (ISO 8601 duration), `description`.

    Raises:
        BadRequest: there is no body.
        Invalid: the body is no value.
    """
    text = call.text()
    if not text.strip():
        raise BadRequest("Required Body [value] not specified")
    ttl = call.request.headers.get("ttl")
    duration = call.engine.java("java.time.Duration")
    lifetime = duration.parse(ttl) if ttl else jpype.JObject(None, duration)
    metadata = call.engine.java("io.kestra.core.storages.kv.KVMetadata")(
        call.request.headers.get("description"), lifetime
    )
    value = _parse(call, text)
    _store(call).put(
        call.params["key"], call.engine.java("io.kestra.core.storages.kv.KVValueAndMetadata")(metadata, value)
    )
    return Response()


def delete(call: Call) -> Response:
    """Delete a key; answers whether it was there."""
    return json_value(bool(_store(call).delete(call.params["key"])))


def delete_many(call: Call) -> Response:
    """Delete the `keys` of the body; answers those that were there.

    Raises:
        Invalid: the body is not so.
    """
    store, keys = _store(call), call.fields().get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise Invalid("'keys', a list of keys, was expected")
    return json_value({"keys": [key for key in keys if store.delete(key)]})


def _store(call: Call, namespace: str | None = None) -> Any:
    # Not by the engine's KVStoreService: that one refuses a namespace without flows, and keys often come first.
    return call.engine.java("io.kestra.core.storages.kv.InternalKVStore")(
        call.tenant,
        namespace or namespace_of(call),
        call.bean("io.kestra.core.storages.StorageInterface"),
        call.bean("io.kestra.core.repositories.KvMetadataRepositoryInterface"),
    )


def _parse(call: Call, text: str) -> Any:
    """The value of an Ion text; a text that goes on after its first value is a string, whole."""
    mapper = call.engine.java("io.kestra.core.serializers.JacksonMapper").ofIon()
    failure = call.engine.java("com.fasterxml.jackson.core.JsonProcessingException")
    parser = mapper.getFactory().createParser(text)
    try:
        value = mapper.readTree(parser)
    except failure as error:
        raise Invalid(f"Invalid JSON value for: {text}") from error
    try:
        ended = parser.nextToken() is None
    except failure:
        ended = False
    # The official server keeps the first value and drops the rest: `my-bucket` without quotes would become `my`.
    return value if ended else mapper.getNodeFactory().textNode(text)


def _type_of(call: Call, value: Any) -> Any:
    return call.engine.java("io.kestra.core.models.kv.KVType").from_(value)


routes = [
    Route("/kv", endpoint(list_all)),
    Route("/namespaces/{namespace}/kv", endpoint(list_keys)),
    Route("/namespaces/{namespace}/kv", endpoint(delete_many), methods=["DELETE"]),
    Route("/namespaces/{namespace}/kv/inheritance", endpoint(list_inherited)),
    Route("/namespaces/{namespace}/kv/{key}", endpoint(get)),
    Route("/namespaces/{namespace}/kv/{key}", endpoint(put), methods=["PUT"]),
    Route("/namespaces/{namespace}/kv/{key}", endpoint(delete), methods=["DELETE"]),
]
