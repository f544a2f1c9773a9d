"""Task verify of s3-csv-ingestion: does every store hold the readings of the file, with the same sum?"""

import math
import os
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from qdrant_client import models

from ingestion.frame import Finding
from ingestion.report import report
from stores import clickhouse, elasticsearch, qdrant, timescaledb


class Content(NamedTuple):
    """What a store holds: rows of the file, the sum of their values, and the rows of the whole table."""

    rows: int
    total: float | None
    in_table: int


def in_timescaledb(table: str, batch: str) -> Content:
    """What TimescaleDB holds of a batch."""
    mine = "FILTER (WHERE batch_id = %(batch)s)"
    sql = f"SELECT count(*) {mine}, sum(metric_value) {mine}, count(*) FROM {table}"
    with timescaledb.connect() as connection, connection.cursor() as cursor:
        cursor.execute(sql, {"batch": batch})
        return Content._make(cursor.fetchone() or ())


def in_clickhouse(table: str, batch: str) -> Content:
    """What ClickHouse holds of a batch. FINAL, as another load may be between its insert and its merge."""
    mine = "batch_id = {batch:String}"
    sql = f"SELECT countIf({mine}), sumIf(metric_value, {mine}), count() FROM {table} FINAL"
    return Content._make(clickhouse.connect().query(sql, {"batch": batch}).first_row or ())


def in_elasticsearch(table: str, batch: str) -> Content:
    """What Elasticsearch holds of a batch."""
    client = elasticsearch.connect()
    mine = {"term": {"batch_id": batch}}
    total = {"total": {"sum": {"field": "metric_value"}}}
    answer = client.search(index=table, size=0, query=mine, aggregations=total, track_total_hits=True)
    rows, summed = answer["hits"]["total"]["value"], answer["aggregations"]["total"]["value"]
    return Content(rows, summed, client.count(index=table)["count"])


def in_qdrant(table: str, batch: str) -> Content:
    """What Qdrant holds of a batch. It cannot add up, so all values come here, page by page."""
    client = qdrant.connect()
    mine = models.Filter(must=[models.FieldCondition(key="batch_id", match=models.MatchValue(value=batch))])
    values: list[float] = []
    offset = None
    while True:
        points, offset = client.scroll(table, mine, limit=10_000, offset=offset, with_payload=["metric_value"])
        values += [point.payload["metric_value"] for point in points if point.payload]
        if offset is None:
            return Content(len(values), math.fsum(values), client.count(table, exact=True).count)


def compare(ask: Callable[[], Content], rows: int, total: float) -> Finding:
    """Compare what a store holds with the file.

    Parameters:
        ask: asks the store.
        rows: of the file.
        total: of the values in the file.
    """
    content = ask()
    stored = content.total or 0
    exact = content.rows == rows and math.isclose(stored, total, rel_tol=1e-9, abs_tol=1e-6)
    return Finding(
        {"rows": content.rows, "sum": round(stored, 6), "table_rows": content.in_table, "exact": exact},
        f"{content.rows:>12,} rows, sum {stored:.2f}, {content.in_table:,} rows in all",
        ""
        if exact
        else f"holds {content.rows:,} of the {rows:,} rows, with the sum {stored:.2f} instead of {total:.2f}",
    )


def main() -> None:
    """Compare the chosen stores with the file that the task parse has read."""
    table, batch = os.environ["TABLE"], os.environ["BATCH"]
    rows, total = int(os.environ["ROWS"]), float(os.environ["SUM"])
    print(f"{'source':<14}{rows:>12,} rows, sum {total:.2f}")
    stores = {
        "timescaledb": in_timescaledb,
        "clickhouse": in_clickhouse,
        "elasticsearch": in_elasticsearch,
        "qdrant": in_qdrant,
    }
    chosen = os.environ["STORES"].split(",")
    report(
        {
            name: partial(compare, partial(ask, table, batch), rows, total)
            for name, ask in stores.items()
            if name in chosen
        }
    )


if __name__ == "__main__":
    main()
