"""The columns of both tables, each once: its name, its type in every store, and where a search result has its value."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ingestion.matches import Match

Mapping = dict[str, Any]
"""A field of Elasticsearch."""

DATE: Mapping = {"type": "date"}
DOUBLE: Mapping = {"type": "double"}
WHOLE: Mapping = {"type": "integer"}
WORDS: Mapping = {"type": "text"}
KEYWORD: Mapping = {"type": "keyword"}
LONG_KEYWORD: Mapping = {"type": "keyword", "ignore_above": 1000}
"""What is longer is kept, and not searched: Lucene refuses a term of 32 KB."""


@dataclass(frozen=True)
class Column:
    """A column of a table; a field in Elasticsearch and in Qdrant's payloads.

    Attributes:
        name: in every store.
        timescaledb: its type there.
        clickhouse: its type there.
        elasticsearch: its mapping.
        read: takes its value out of a search result.
        qdrant: the kind of its index there; empty for none.
        timescaledb_value: what an INSERT makes of the value in the file.
        clickhouse_value: the same for ClickHouse.
    """

    name: str
    timescaledb: str
    clickhouse: str
    elasticsearch: Mapping
    read: Callable[[Match], Any] | None = None
    qdrant: str = ""
    timescaledb_value: str = "?"
    clickhouse_value: str = "?"


# LowCardinality: a column of few different texts takes a byte or two a row.
READING = (
    Column(
        "timestamp", "timestamptz NOT NULL", "DateTime64(3, 'UTC') CODEC(DoubleDelta, LZ4)", DATE, qdrant="datetime"
    ),
    Column("device_id", "text NOT NULL", "LowCardinality(String)", KEYWORD, qdrant="keyword"),
    Column("metric_name", "text NOT NULL", "LowCardinality(String)", KEYWORD, qdrant="keyword"),
    Column("metric_value", "double precision NOT NULL", "Float64", DOUBLE, qdrant="float"),
    Column("location", "text", "LowCardinality(String)", {**WORDS, "fields": {"exact": KEYWORD}}),
    Column("zone", "text", "LowCardinality(String)", KEYWORD, qdrant="keyword"),
)
"""A reading, in the order of the file."""

BATCH_ID = Column(
    "batch_id",
    "text DEFAULT current_setting('ingestion.batch_id', true)",
    "LowCardinality(String)",
    KEYWORD,
    qdrant="keyword",
)
"""The fingerprint of the file that a reading last came from. The file does not have it."""

TEXT = ("TEXT", "Nullable(String)", LONG_KEYWORD)
SENTENCE = ("TEXT", "Nullable(String)", WORDS)
COUNT = ("INTEGER", "UInt32", WHOLE)
LENGTH = ("INTEGER", "Nullable(UInt32)", WHOLE)
FEW_TEXTS = "LowCardinality(Nullable(String))"

MATCH_ID = Column("id", "SERIAL", "UUID", LONG_KEYWORD, lambda match: match.id)
"""Computed from what makes a match one. TimescaleDB counts its own ids."""

MATCH = (
    Column(
        "timestamp",
        "TIMESTAMPTZ NOT NULL",
        "DateTime64(3, 'UTC')",
        DATE,
        lambda match: match.search.timestamp,
        qdrant="datetime",
        timescaledb_value="?::timestamptz",
    ),
    Column("source_image_url", "TEXT NOT NULL", "String", LONG_KEYWORD, lambda match: match.search.image_url),
    Column("search_type", "VARCHAR(100)", "LowCardinality(String)", LONG_KEYWORD, lambda match: match.search.kind),
    Column("search_query", *SENTENCE, lambda match: match.search.query),
    Column("result_position", "INTEGER NOT NULL", "UInt32", WHOLE, lambda match: match.position),
    Column("title", *SENTENCE, lambda match: match.text("title")),
    Column("link", *TEXT, lambda match: match.text("link")),
    Column("source", "TEXT", FEW_TEXTS, LONG_KEYWORD, lambda match: match.text("source"), qdrant="keyword"),
    Column("price", *TEXT, lambda match: match.price.shown),
    Column("extracted_price", "DECIMAL(10,2)", "Nullable(Decimal(10, 2))", DOUBLE, lambda match: match.price.amount),
    Column("currency", "VARCHAR(10)", FEW_TEXTS, LONG_KEYWORD, lambda match: match.price.currency, qdrant="keyword"),
    Column("stock_information", *TEXT, lambda match: match.stock),
    Column("thumbnail", *TEXT, lambda match: match.text("thumbnail")),
    Column("image_link", *TEXT, lambda match: match.image.link),
    Column("image_width", *LENGTH, lambda match: match.image.width),
    Column("image_height", *LENGTH, lambda match: match.image.height),
    Column(
        "extensions",
        "TEXT[]",
        "Array(String)",
        LONG_KEYWORD,
        lambda match: match.extensions,
        # The file for the two databases has a JSON array.
        timescaledb_value="ARRAY(SELECT json_array_elements_text(?::json))",
        clickhouse_value="JSONExtract(?, 'Array(String)')",
    ),
    Column("image_url", *TEXT, lambda match: match.text("image_url") or match.text("original")),
    Column("image_size_bytes", "BIGINT", "Nullable(UInt64)", {"type": "long"}, lambda match: match.image_size_bytes),
    Column(
        "feature_type",
        "VARCHAR(100) NOT NULL",
        "LowCardinality(String)",
        LONG_KEYWORD,
        lambda match: match.feature_type,
        qdrant="keyword",
    ),
    Column("url", *TEXT, lambda match: match.text("url")),
    Column("score", "DECIMAL(3,2)", "Decimal(3, 2)", DOUBLE, lambda match: match.score),
    Column("full_matches", *COUNT, lambda match: match.search.full_matches),
    Column("partial_matches", *COUNT, lambda match: match.search.partial_matches),
    Column("similar_images", *COUNT, lambda match: match.search.similar_images),
    Column("web_entities", *SENTENCE, lambda match: match.search.web_entities),
    Column("best_guess_labels", *SENTENCE, lambda match: match.search.best_guess),
)
"""A search result, but for its id."""

MATCH_KEY = ("timestamp", "source_image_url", "feature_type", "result_position")
"""What makes a match one: loaded again, it is replaced."""


def names(columns: Iterable[Column]) -> str:
    """The names of columns, as SQL lists them."""
    return ", ".join(column.name for column in columns)


def reading_schema() -> dict[str, Any]:
    """What the flow s3-csv-ingestion puts into its statements, by store."""
    columns = (*READING, BATCH_ID)
    return {
        "timescaledb": {"definitions": _definitions((column.name, column.timescaledb) for column in columns)},
        "clickhouse": {"definitions": _definitions((column.name, column.clickhouse) for column in columns)},
        "elasticsearch": {"properties": _properties(columns)},
    }


def match_schema() -> dict[str, Any]:
    """What the flow s3-json-ingestion puts into its statements, by store."""
    columns = (MATCH_ID, *MATCH)
    return {
        "timescaledb": {
            "definitions": _definitions((column.name, column.timescaledb) for column in columns),
            "columns": [column.name for column in MATCH],
            "values": ", ".join(column.timescaledb_value for column in MATCH),
            "key": ", ".join(MATCH_KEY),
            "updates": ", ".join(
                f"{column.name} = excluded.{column.name}" for column in MATCH if column.name not in MATCH_KEY
            ),
        },
        "clickhouse": {
            "definitions": _definitions((column.name, column.clickhouse) for column in columns),
            "columns": [column.name for column in columns],
            "values": ", ".join(column.clickhouse_value for column in columns),
        },
        "elasticsearch": {"properties": _properties(columns)},
    }


def _definitions(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in pairs)


def _properties(columns: Sequence[Column]) -> dict[str, Mapping]:
    return {column.name: column.elasticsearch for column in columns}
