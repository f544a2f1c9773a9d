"""Task verify of s3-json-ingestion: does every store hold the matches of the file, with the same sum of prices?"""

import json
import math
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from ingestion.columns import MATCH_KEY
from ingestion.frame import Finding
from ingestion.report import report
from stores import clickhouse, elasticsearch, qdrant, timescaledb

PORTION = 5_000
"""Rows that one question names."""

Row = dict[str, Any]
Content = tuple[int, Any]
"""How many of the rows a store holds, and what their prices add up to; None if none has one."""


def in_timescaledb(table: str, portions: list[list[Row]]) -> Iterator[Content]:
    """What TimescaleDB holds. Its `id` counts up, so a row is looked up by what makes it one."""
    key = ", ".join(MATCH_KEY)
    sql = (
        f"SELECT count(*), sum(extracted_price) FROM {table} JOIN unnest(%s::timestamptz[], %s::text[],"
        f" %s::text[], %s::integer[]) AS mine({key}) USING ({key})"
    )
    with timescaledb.connect() as connection, connection.cursor() as cursor:
        for portion in portions:
            cursor.execute(sql, [[row[name] for row in portion] for name in MATCH_KEY])
            yield from cursor.fetchall()


def in_clickhouse(table: str, portions: list[list[Row]]) -> Iterator[Content]:
    """What ClickHouse holds."""
    client = clickhouse.connect()
    sql = f"SELECT count(), sum(extracted_price) FROM {table} WHERE id IN " + "{ids:Array(UUID)}"
    for portion in portions:
        rows, prices = client.query(sql, {"ids": [row["id"] for row in portion]}).first_row or (0, None)
        yield rows, prices


def in_elasticsearch(table: str, portions: list[list[Row]]) -> Iterator[Content]:
    """What Elasticsearch holds."""
    client = elasticsearch.connect()
    client.indices.refresh(index=table)
    prices = {"prices": {"sum": {"field": "extracted_price"}}}
    for portion in portions:
        mine = {"ids": {"values": [row["id"] for row in portion]}}
        answer = client.search(index=table, size=0, query=mine, aggregations=prices, track_total_hits=True)
        yield answer["hits"]["total"]["value"], answer["aggregations"]["prices"]["value"]


def in_qdrant(table: str, portions: list[list[Row]]) -> Iterator[Content]:
    """What Qdrant holds."""
    client = qdrant.connect()
    for portion in portions:
        points = client.retrieve(table, [row["id"] for row in portion], with_payload=["extracted_price"])
        prices = [point.payload.get("extracted_price") for point in points if point.payload]
        yield len(points), math.fsum(price for price in prices if price is not None)


def compare(ask: Callable[[], Iterator[Content]], rows: int, total: float) -> Finding:
    """Compare what a store holds with the file.

    Parameters:
        ask: asks the store, portion by portion.
        rows: of the file.
        total: of the prices in the file.
    """
    answers = list(ask())
    stored = sum(count for count, _ in answers)
    prices = math.fsum(float(part or 0) for _, part in answers)
    exact = stored == rows and math.isclose(prices, total, rel_tol=1e-9, abs_tol=0.005)
    return Finding(
        {"rows": stored, "price_sum": round(prices, 2), "exact": exact},
        f"{stored:>8,} rows, prices {prices:.2f}",
        "" if exact else f"holds {stored:,} of {rows:,} rows, with prices of {prices:.2f} for {total:.2f}",
    )


def main() -> None:
    """Compare all stores with the rows that the task parse has written."""
    table, total = os.environ["TABLE"], float(os.environ["SUM"])
    with Path("rows.ion").open() as file:
        rows = [json.loads(line) for line in file]
    portions = [rows[start : start + PORTION] for start in range(0, len(rows), PORTION)]
    print(f"{'source':<14}{len(rows):>8,} rows, prices {total:.2f}")
    stores = {
        "timescaledb": in_timescaledb,
        "clickhouse": in_clickhouse,
        "elasticsearch": in_elasticsearch,
        "qdrant": in_qdrant,
    }
    report({name: partial(compare, partial(ask, table, portions), len(rows), total) for name, ask in stores.items()})


if __name__ == "__main__":
    main()
