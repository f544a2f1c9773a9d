"""A collection's settings and payload indexes, from JSON to the engine's and back.

See https://api.qdrant.tech/api-reference/collections/create-collection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qdrant_edge as edge

from embedded.services.qdrant.body import Body, Json
from embedded.services.qdrant.errors import format_error

SEGMENT_POINTS = 100_000
"""Points of one segment; see `collection`. A change looks for its points in all segments, and a page of a scroll takes
points of all, so fewer segments are faster; but the newest one is in memory, and is read again after `kill -9`."""

_DISTANCES = {
    "Cosine": edge.Distance.Cosine,
    "Dot": edge.Distance.Dot,
    "Euclid": edge.Distance.Euclid,
    "Manhattan": edge.Distance.Manhattan,
}
_FLOAT_BYTES = 4
_HNSW = {"m": 16, "ef_construct": 100, "full_scan_threshold": 10_000}
_OPTIMIZERS = {"deleted_threshold": 0.2, "vacuum_min_vector_number": 1000, "indexing_threshold": 10_000}
_ALONE = ("shard_number", "replication_factor", "write_consistency_factor")
_MEMORY = {None: edge.Memory.Cold, True: edge.Memory.Cold, False: edge.Memory.Cached}


def check_new(value: Json) -> dict[str, Json]:
    """Check the settings of a new collection.

    Returns:
        The settings to keep, as plain JSON.

    Raises:
        ApiError: a setting is wrong, or this server does not have it.
    """
    body = Body(value, "collection")
    vectors = body.take("vectors", dict) or {}
    settings = {
        "vectors": _vector(vectors) if "size" in vectors else {n: _vector(v) for n, v in vectors.items()},
        "sparse_vectors": {n: _sparse(v) for n, v in (body.take("sparse_vectors", dict) or {}).items()},
        "on_disk_payload": body.take("on_disk_payload", bool) is not False,
        "hnsw_config": _hnsw(body.sub("hnsw_config")),
        "optimizers_config": _optimizers(body.sub("optimizers_config")),
    }
    for name in _ALONE:
        if body.natural(name, 1) != 1:
            raise format_error(f"collection: `{name}` is not supported here, except as 1")
    body.done()
    return settings


def check_change(settings: dict[str, Json], value: Json) -> dict[str, Json]:
    """Settings after a change. Raises ApiError as `check_new` does."""
    body = Body(value, "collection")
    changed = {
        "hnsw_config": settings["hnsw_config"] | _hnsw(body.sub("hnsw_config")),
        "optimizers_config": settings["optimizers_config"] | _optimizers(body.sub("optimizers_config")),
    }
    if (params := body.sub("params")) is not None:
        payload = params.take("on_disk_payload", bool)
        changed["on_disk_payload"] = settings["on_disk_payload"] if payload is None else payload
        params.done()
    body.done()
    return settings | changed


def sizes(settings: dict[str, Json]) -> dict[str, int]:
    """The dimensions of the dense vectors by their names; the unnamed one's name is empty."""
    vectors = settings["vectors"]
    return {"": vectors["size"]} if "size" in vectors else {name: v["size"] for name, v in vectors.items()}


def engine_config(settings: dict[str, Json]) -> edge.EdgeConfig:
    """The engine's settings for a collection."""
    vectors = settings["vectors"]
    dense = _engine_vector(vectors) if "size" in vectors else {n: _engine_vector(v) for n, v in vectors.items()}
    idf = {"idf": edge.Modifier.Idf}
    sparse = {
        name: edge.EdgeSparseVectorParams(modifier=idf.get(params.get("modifier")))
        for name, params in settings["sparse_vectors"].items()
    }
    optimizers = _OPTIMIZERS | settings["optimizers_config"]
    kilobytes = _segment_kilobytes(settings)
    # As in the server, only a segment whose vectors take more than the threshold gets a graph; 0 means never.
    graph = 0 < optimizers["indexing_threshold"] <= kilobytes
    hnsw = _HNSW | settings["hnsw_config"]
    return edge.EdgeConfig(
        vectors=dense or None,
        sparse_vectors=sparse or None,
        payload_memory=_MEMORY[settings["on_disk_payload"]],
        id_tracker_memory=edge.Memory.Cold,
        hnsw_config=edge.HnswIndexConfig(
            hnsw["m"] if graph else 0,
            hnsw["ef_construct"],
            hnsw["full_scan_threshold"],
            payload_m=hnsw.get("payload_m", 0),
            memory=_MEMORY[hnsw.get("on_disk")],
        ),
        optimizers=edge.EdgeOptimizersConfig(
            deleted_threshold=optimizers["deleted_threshold"],
            vacuum_min_vector_number=optimizers["vacuum_min_vector_number"],
            default_segment_number=1,
            max_segment_size=kilobytes * 2,
            indexing_threshold=1,
        ),
    )


def config_json(settings: dict[str, Json]) -> Json:
    """A collection's settings for an answer, in the server's shape."""
    return {
        "params": {
            "vectors": settings["vectors"],
            "sparse_vectors": settings["sparse_vectors"] or None,
            **dict.fromkeys(_ALONE, 1),
            "on_disk_payload": settings["on_disk_payload"],
        },
        "hnsw_config": _HNSW | settings["hnsw_config"],
        "optimizer_config": {"default_segment_number": 0, "flush_interval_sec": 5}
        | _OPTIMIZERS
        | settings["optimizers_config"],
        "wal_config": {"wal_capacity_mb": 32, "wal_segments_ahead": 0},
        "quantization_config": None,
    }


def index_operation(value: Json) -> Any:
    """The creation of a payload index. Raises ApiError."""
    body = Body(value, "index")
    field, wanted = body.need("field_name", str), body.need("field_schema", str, dict)
    body.done()
    options = Body({"type": wanted} if isinstance(wanted, str) else wanted, "field_schema")
    kind = options.need("type", str)
    if kind not in _INDEXES:
        raise format_error(f"field_schema: the type `{kind}` is not supported")
    make, names = _INDEXES[kind]
    chosen = {name: options.take(name, *_OPTION_TYPES[name]) for name in names}
    # Files that the system caches: an index that is held in memory costs as much as all the rest.
    memory = _MEMORY[options.take("on_disk", bool)]
    options.done()
    chosen = {name: choice for name, choice in chosen.items() if choice is not None}
    if "tokenizer" in chosen:
        chosen["tokenizer"] = _tokenizer(chosen["tokenizer"])
    return edge.UpdateOperation.create_field_index(field, make(memory=memory, **chosen))


def index_json(info: Any) -> Json:
    """A payload index for an answer."""
    return {"data_type": str(info.data_type).rsplit(".", 1)[-1].lower(), "points": info.points}


def _vector(value: Json) -> dict[str, Json]:
    body = Body(value, "vectors")
    size, distance = body.natural("size", 0), body.need("distance", str)
    on_disk = body.take("on_disk", bool)
    body.done()
    if not 1 <= size <= 65536:
        raise format_error("vectors: `size` must be from 1 to 65536")
    if distance not in _DISTANCES:
        raise format_error(f"vectors: the distance `{distance}` is none of {', '.join(_DISTANCES)}")
    return {"size": size, "distance": distance} | ({} if on_disk is None else {"on_disk": on_disk})


def _sparse(value: Json) -> dict[str, Json]:
    body = Body(value or {}, "sparse_vectors")
    modifier = body.take("modifier", str)
    body.done()
    if modifier not in (None, "none", "idf"):
        raise format_error(f"sparse_vectors: the modifier `{modifier}` is none of none, idf")
    return {"modifier": modifier} if modifier else {}


def _hnsw(body: Body | None) -> dict[str, Json]:
    if body is None:
        return {}
    numbers = {name: body.take(name, int) for name in (*_HNSW, "payload_m")}
    chosen = numbers | {"on_disk": body.take("on_disk", bool)}
    body.done()
    return {name: value for name, value in chosen.items() if value is not None}


def _optimizers(body: Body | None) -> dict[str, Json]:
    if body is None:
        return {}
    chosen = {
        "indexing_threshold": body.take("indexing_threshold", int),
        "vacuum_min_vector_number": body.take("vacuum_min_vector_number", int),
        "deleted_threshold": body.take("deleted_threshold", float),
    }
    body.done()
    return {name: value for name, value in chosen.items() if value is not None}


def _engine_vector(settings: dict[str, Json]) -> Any:
    memory = _MEMORY[settings.get("on_disk", False)]
    return edge.EdgeVectorParams(size=settings["size"], distance=_DISTANCES[settings["distance"]], memory=memory)


def _segment_kilobytes(settings: dict[str, Json]) -> int:
    largest = max(sizes(settings).values(), default=1)
    return max(2, SEGMENT_POINTS * largest * _FLOAT_BYTES // 1024)


def _tokenizer(name: str) -> Any:
    kinds = {kind.lower(): kind for kind in dir(edge.TokenizerType) if not kind.startswith("_")}
    if name.lower() not in kinds:
        raise format_error(f"field_schema: the tokenizer `{name}` is none of {', '.join(kinds)}")
    return getattr(edge.TokenizerType, kinds[name.lower()])


_OPTION_TYPES: dict[str, tuple[type, ...]] = {
    "is_tenant": (bool,),
    "is_principal": (bool,),
    "enable_hnsw": (bool,),
    "lookup": (bool,),
    "range": (bool,),
    "lowercase": (bool,),
    "phrase_matching": (bool,),
    "min_token_len": (int,),
    "max_token_len": (int,),
    "tokenizer": (str,),
}
_TEXT = ("tokenizer", "min_token_len", "max_token_len", "lowercase", "phrase_matching", "enable_hnsw")
_INDEXES: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "keyword": (edge.KeywordIndexParams, ("is_tenant", "enable_hnsw")),
    "integer": (edge.IntegerIndexParams, ("lookup", "range", "is_principal", "enable_hnsw")),
    "float": (edge.FloatIndexParams, ("is_principal", "enable_hnsw")),
    "geo": (edge.GeoIndexParams, ("enable_hnsw",)),
    "text": (edge.TextIndexParams, _TEXT),
    "bool": (edge.BoolIndexParams, ("enable_hnsw",)),
    "datetime": (edge.DatetimeIndexParams, ("is_principal", "enable_hnsw")),
    "uuid": (edge.UuidIndexParams, ("is_tenant", "enable_hnsw")),
}
