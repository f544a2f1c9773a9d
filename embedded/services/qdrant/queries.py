"""Queries of points, from JSON to the engine's requests and back.

See https://api.qdrant.tech/api-reference/search/query-points.
"""

from __future__ import annotations

from typing import Any

import qdrant_edge as edge

from embedded.services.qdrant.body import Body, Json
from embedded.services.qdrant.errors import ApiError, format_error, missing_error
from embedded.services.qdrant.filters import filter_of, without
from embedded.services.qdrant.values import (
    PointId,
    id_json,
    payload_selector,
    point_id,
    point_ids,
    record_json,
    scored_json,
    vector,
    vector_selector,
)

_LIMIT = 10
_GROUPS, _GROUP_SIZE = 3, 3
_RRF_K = 2
_DIRECTIONS = {"asc": edge.Direction.Asc, "desc": edge.Direction.Desc}


class Query:
    """A query of the universal API, read from JSON."""

    def __init__(self, shard: edge.EdgeShard, value: Json, label: str = "query") -> None:
        """
        Parameters:
            shard: where points that the query names are looked up.
            value: the request's body.
            label: name of the body in error messages.

        Raises:
            ApiError: the body is not such a request.
        """
        self._shard = shard
        self._named: list[PointId] = []
        self.body = Body(value, label)
        self._using = self.body.take("using", str)
        what = self.body.take("query")
        prefetches = self.body.take("prefetch", list, dict) or []
        self._parts: dict[str, Any] = {
            "query": self._scoring(what),
            "prefetches": [self._prefetch(p) for p in (prefetches if isinstance(prefetches, list) else [prefetches])],
            "score_threshold": self.body.take("score_threshold", float),
            "params": search_params(self.body.sub("params")),
        }
        self._filter = without(filter_of(self.body.take("filter")), self._named)

    def run(self) -> list[Any]:
        """The scored points that the rest of the body selects."""
        body = self.body
        limit, offset = body.natural("limit", _LIMIT, 1), body.natural("offset", 0)
        payload = payload_selector(body.take("with_payload"), False)
        vectors = vector_selector(body.take("with_vector"))
        body.done()
        return self.fetch(limit, offset, payload, vectors)

    def fetch(self, limit: int, offset: int, with_payload: Any, with_vector: bool | list[str]) -> list[Any]:
        """The engine's scored points.

        Parameters:
            limit: greatest number of points.
            offset: number of points to skip.
            with_payload: selector of the payload.
            with_vector: all or no vectors, or the names of some.
        """
        request = edge.QueryRequest(
            limit=limit,
            offset=offset,
            filter=self._filter,
            with_payload=with_payload,
            with_vector=with_vector,
            **self._parts,
        )
        return self._shard.query(request)

    def as_prefetch(self) -> Any:
        """The query as the prefetch of another one."""
        limit = self.body.natural("limit", _LIMIT, 1)
        self.body.done()
        return edge.Prefetch(limit=limit, filter=self._filter, **self._parts)

    def _prefetch(self, value: Json) -> Any:
        return Query(self._shard, value, "prefetch").as_prefetch()

    def _scoring(self, value: Json) -> Any:
        if value is None:
            return None
        if not isinstance(value, dict) or "indices" in value:
            return edge.Query.Nearest(self._vector(value), self._using)
        body = Body(value, "query")
        for name, make in self._KINDS.items():
            if body.has(name):
                scoring = make(self, body)
                body.done()
                return scoring
        body.done()
        raise format_error("query must be a vector, a point id or an object that names a kind of query")

    def _nearest(self, body: Body) -> Any:
        return edge.Query.Nearest(self._vector(body.take("nearest")), self._using)

    def _fusion(self, body: Body) -> Any:
        kind = body.need("fusion", str)
        if kind == "rrf":
            return edge.Fusion.Rrf(_RRF_K)
        if kind == "dbsf":
            return edge.Fusion.Dbsf()
        raise format_error(f"the fusion `{kind}` is not supported")

    def _rrf(self, body: Body) -> Any:
        inner = Body(body.need("rrf", dict), "rrf")
        fusion = edge.Fusion.Rrf(inner.natural("k", _RRF_K, 1), inner.take("weights", list))
        inner.done()
        return fusion

    def _order_by(self, body: Body) -> Any:
        return order_by(body.take("order_by"))

    def _sample(self, body: Body) -> Any:
        if body.need("sample", str) != "random":
            raise format_error("the only kind of sample is `random`")
        return edge.Sample.Random

    def _recommend(self, body: Body) -> Any:
        inner = Body(body.need("recommend", dict), "recommend")
        positive = [self._vector(example) for example in inner.take("positive", list) or []]
        negative = [self._vector(example) for example in inner.take("negative", list) or []]
        strategy = inner.take("strategy", str) or "average_vector"
        inner.done()
        if strategy == "average_vector":
            return edge.Query.Nearest(_average(positive, negative), self._using)
        kinds = {"best_score": edge.Query.RecommendBestScore, "sum_scores": edge.Query.RecommendSumScores}
        if strategy not in kinds:
            raise format_error(f"the strategy `{strategy}` is not supported")
        return kinds[strategy](edge.RecommendQuery(positive, negative), self._using)

    def _discover(self, body: Body) -> Any:
        inner = Body(body.need("discover", dict), "discover")
        target, pairs = self._vector(inner.need("target")), self._pairs(inner.take("context"))
        inner.done()
        return edge.Query.Discover(edge.DiscoverQuery(target, pairs), self._using)

    def _context(self, body: Body) -> Any:
        return edge.Query.Context(edge.ContextQuery(self._pairs(body.take("context"))), self._using)

    def _pairs(self, value: Json) -> list[Any]:
        pairs = []
        for item in value if isinstance(value, list) else [value] if value else []:
            pair = Body(item, "context")
            examples = (self._vector(pair.need(side)) for side in ("positive", "negative"))
            pairs.append(edge.ContextPair(*examples))
            pair.done()
        return pairs

    def _vector(self, value: Json) -> Any:
        """A vector of the request, or that of a point that it names; the results leave such a point out."""
        if isinstance(value, list | dict):
            return vector(value)
        id_ = point_id(value)
        records = self._shard.retrieve([id_], False, True)
        if not records:
            raise missing_error(f"No point with id {id_} found")
        self._named.append(id_)
        own = records[0].vector
        name = self._using or ""
        if isinstance(own, dict):
            if name not in own:
                raise ApiError(f"Wrong input: point {id_} has no vector `{name}`")
            return own[name]
        return own

    _KINDS = {  # noqa: RUF012 - never changed
        "nearest": _nearest,
        "fusion": _fusion,
        "rrf": _rrf,
        "order_by": _order_by,
        "sample": _sample,
        "recommend": _recommend,
        "discover": _discover,
        "context": _context,
    }


def search_params(body: Body | None) -> Any:
    """The parameters of a search. Raises ApiError."""
    if body is None:
        return None
    params = edge.SearchParams(
        hnsw_ef=body.take("hnsw_ef", int),
        exact=bool(body.take("exact", bool)),
        indexed_only=bool(body.take("indexed_only", bool)),
    )
    body.done()
    return params


def order_by(value: Json) -> Any:
    """An order by a field of the payload. Raises ApiError."""
    if isinstance(value, str):
        return edge.OrderBy(value)
    body = Body(value, "order_by")
    key, direction, start = body.need("key", str), body.take("direction", str) or "asc", body.take("start_from")
    body.done()
    if direction not in _DIRECTIONS:
        raise format_error(f"the direction `{direction}` is not asc or desc")
    return edge.OrderBy(key, _DIRECTIONS[direction], start)


def query(shard: edge.EdgeShard, value: Json) -> Json:
    """`points/query`."""
    return {"points": [scored_json(point) for point in Query(shard, value).run()]}


def query_batch(shard: edge.EdgeShard, value: Json) -> Json:
    """`points/query/batch`."""
    return [query(shard, item) for item in _searches(value)]


def search(shard: edge.EdgeShard, value: Json) -> Json:
    """`points/search`, the older call."""
    if not isinstance(value, dict) or "vector" not in value:
        raise format_error("search: missing field `vector`")
    wanted = {name: field for name, field in value.items() if name != "vector"}
    if isinstance(value["vector"], dict) and "name" in value["vector"]:
        named = Body(value["vector"], "vector")
        wanted |= {"using": named.need("name", str), "query": {"nearest": named.need("vector")}}
        named.done()
    else:
        wanted["query"] = {"nearest": value["vector"]}
    return query(shard, wanted)["points"]


def search_batch(shard: edge.EdgeShard, value: Json) -> Json:
    """`points/search/batch`."""
    return [search(shard, item) for item in _searches(value)]


def groups(shard: edge.EdgeShard, value: Json) -> Json:
    """`points/query/groups`: the best points of each value of a field."""
    wanted = Query(shard, value, "query groups")
    body = wanted.body
    key, count = body.need("group_by", str), body.natural("limit", _GROUPS, 1)
    size = body.natural("group_size", _GROUP_SIZE, 1)
    payload = payload_selector(body.take("with_payload"), False)
    vectors = vector_selector(body.take("with_vector"))
    body.done()
    ask = max(count * size * 10, 1000)
    while True:
        keys = wanted.fetch(ask, 0, edge.PayloadSelector.Include([key]), False)
        members_of = _grouped(keys, key, count, size)
        full = len(members_of) == count and all(len(members) == size for members in members_of.values())
        if full or len(keys) < ask:
            break
        ask *= 10
    hits = (
        {id_json(p.id): p for p in wanted.fetch(_last(keys, members_of) + 1, 0, payload, vectors)} if members_of else {}
    )
    return {"groups": [{"id": id_, "hits": [scored_json(hits[m]) for m in ms]} for id_, ms in members_of.items()]}


def scroll(shard: edge.EdgeShard, value: Json) -> Json:
    """`points/scroll`."""
    body = Body(value, "scroll")
    offset, order = body.take("offset"), body.take("order_by")
    request = edge.ScrollRequest(
        offset=None if offset is None else point_id(offset),
        limit=body.natural("limit", _LIMIT, 1),
        filter=filter_of(body.take("filter")),
        with_payload=payload_selector(body.take("with_payload"), True),
        with_vector=vector_selector(body.take("with_vector")),
        order_by=None if order is None else order_by(order),
    )
    body.done()
    points, following = shard.scroll(request)
    return {
        "points": [record_json(point) for point in points],
        "next_page_offset": None if following is None else id_json(following),
    }


def retrieve(shard: edge.EdgeShard, value: Json) -> Json:
    """`POST points`: points by their ids, those that exist."""
    body = Body(value, "points")
    ids = point_ids(body.need("ids"))
    payload = payload_selector(body.take("with_payload"), True)
    vectors = vector_selector(body.take("with_vector"))
    body.done()
    return [record_json(record) for record in shard.retrieve([*ids], payload, vectors)]


def count(shard: edge.EdgeShard, value: Json) -> Json:
    """`points/count`."""
    body = Body(value, "count")
    exact = body.take("exact", bool)
    request = edge.CountRequest(exact=exact is not False, filter=filter_of(body.take("filter")))
    body.done()
    return {"count": shard.count(request)}


def facet(shard: edge.EdgeShard, value: Json) -> Json:
    """`facet`: the values of a field and how many points have each."""
    body = Body(value, "facet")
    request = edge.FacetRequest(
        body.need("key", str),
        limit=body.natural("limit", _LIMIT, 1),
        exact=bool(body.take("exact", bool)),
        filter=filter_of(body.take("filter")),
    )
    body.done()
    return {"hits": [{"value": hit.value, "count": hit.count} for hit in shard.facet(request).hits]}


def _searches(value: Json) -> list[Json]:
    body = Body(value, "batch")
    searches = body.need("searches", list)
    body.done()
    return searches


def _average(positive: list[Any], negative: list[Any]) -> list[float]:
    """Qdrant's default recommendation: as far beyond the good examples' mean as the bad ones' mean is behind it."""
    if not positive:
        raise ApiError("Wrong input: At least one positive vector ID required")
    if not all(isinstance(example, list) for example in positive + negative):
        raise ApiError("Wrong input: the strategy `average_vector` is for dense vectors")
    good = _mean(positive)
    if not negative:
        return good
    return [2 * near - far for near, far in zip(good, _mean(negative), strict=True)]


def _mean(vectors: list[list[float]]) -> list[float]:
    return [sum(column) / len(vectors) for column in zip(*vectors, strict=True)]


def _grouped(points: list[Any], key: str, count: int, size: int) -> dict[Any, list[PointId]]:
    """The ids of the first points of each of the first groups. A point with a list of values is in several."""
    members_of: dict[Any, list[PointId]] = {}
    for point in points:
        value = (point.payload or {}).get(key)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, int | str) and (item in members_of or len(members_of) < count):
                members = members_of.setdefault(item, [])
                if len(members) < size:
                    members.append(id_json(point.id))
    return members_of


def _last(points: list[Any], members_of: dict[Any, list[PointId]]) -> int:
    wanted = {member for members in members_of.values() for member in members}
    return max(index for index, point in enumerate(points) if id_json(point.id) in wanted)
