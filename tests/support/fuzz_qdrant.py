"""Generated requests for the front of Qdrant."""

from __future__ import annotations

from collections.abc import Iterator

from tests.support.fuzz import Chooser, Request

MEMBERS = (
    *(
        "vectors",
        "size",
        "distance",
        "points",
        "id",
        "ids",
        "vector",
        "payload",
        "filter",
        "must",
        "should",
        "must_not",
    ),
    *(
        "key",
        "match",
        "value",
        "any",
        "range",
        "gt",
        "limit",
        "offset",
        "query",
        "using",
        "with_payload",
        "with_vector",
    ),
    *("operations", "upsert", "delete", "actions", "create_alias", "collection_name", "alias_name", "field_name"),
    *("field_schema", "sparse_vectors", "hnsw_config", "m", "optimizers_config", "prefetch", "fusion", "group_by"),
    *(
        "order_by",
        "start_from",
        "recommend",
        "positive",
        "batch",
        "indices",
        "values",
        "min_should",
        "has_id",
        "nested",
    ),
    *("on_disk_payload", "score_threshold", "params", "exact", "facet", "searches", "group_size", "keys", "center"),
)
_COLLECTION = "/collections/{name}"
PATHS = (
    *(("GET", "/collections"), ("POST", "/collections/aliases"), ("GET", "/aliases"), ("GET", _COLLECTION)),
    *((method, _COLLECTION) for method in ("PUT", "PATCH")),
    *(("GET", f"{_COLLECTION}/{word}") for word in ("exists", "aliases", "points/{}", "snapshots", "cluster")),
    *(("PUT", f"{_COLLECTION}/{word}") for word in ("points", "points", "points/payload", "points/vectors", "index")),
    ("DELETE", f"{_COLLECTION}/index/{{}}"),
    *(
        ("POST", f"{_COLLECTION}/{word}")
        for word in (
            *("points", "points/query", "points/query/batch", "points/query/groups", "points/search", "points/scroll"),
            *("points/search/batch", "points/count", "facet", "points/delete", "points/payload", "points/batch"),
            *("points/payload/delete", "points/payload/clear", "points/vectors/delete", "points/recommend"),
        )
    ),
)
USUAL = (
    {"vectors": {"size": 2, "distance": "Dot"}},
    {"points": [{"id": 1, "vector": [1, 2], "payload": {"a": 1}}]},
    {"query": [1, 2], "limit": 3},
    {"filter": {"must": [{"key": "a", "match": {"value": 1}}]}},
)


def requests(seed: int, count: int) -> Iterator[Request]:
    """Requests, the same for the same seed.

    Parameters:
        seed: of the choices.
        count: their number.
    """
    choose = Chooser(seed)
    yield Request("PUT", "/collections/a", [], {"Content-Type": "application/json"}, choose.json(USUAL[0]))
    for _ in range(count - 1):
        method, path = choose.choice(PATHS)
        if choose.random() < 0.1:
            method = choose.choice(("GET", "POST", "PUT", "PATCH"))
        path = path.replace("{name}", choose.segment("a", "a", "a", "b")).replace("{}", choose.segment("1", "a"))
        document = choose.members(MEMBERS, 4)
        if choose.random() < 0.5:
            usual = dict(choose.choice(USUAL))
            usual[choose.choice(list(usual))] = choose.members(MEMBERS, 3)
            document = usual
        headers = {"Content-Type": "application/json"} if choose.random() < 0.97 else {"Content-Type": "text/plain"}
        query = choose.pairs(("wait", "timeout", "ordering", "consistency", "a"), 1)
        yield Request(method, path, query, headers, b"" if method == "GET" else choose.json(document))
