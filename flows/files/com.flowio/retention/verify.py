"""Task verify of stores-retention: is anything older than the line left in a store?"""

import os
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from kestra import Kestra
from qdrant_client import models

from ingestion.frame import Finding, verify
from stores import clickhouse, elasticsearch, qdrant, timescaledb


class Content(NamedTuple):
    """What a store holds: all its rows, and those that should be gone."""

    rows: int
    old: int


def in_timescaledb(table: str, cutoff: str) -> Content:
    """What TimescaleDB holds."""
    with timescaledb.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), count(*) FILTER (WHERE timestamp < %s) FROM {table}", [cutoff])
        return Content._make(cursor.fetchone() or ())


def in_clickhouse(table: str, cutoff: str) -> Content:
    """What ClickHouse holds."""
    old = "timestamp < parseDateTimeBestEffort({cutoff:String}, 'UTC')"
    sql = f"SELECT count(), countIf({old}) FROM {table}"
    return Content._make(clickhouse.connect().query(sql, {"cutoff": cutoff}).first_row or ())


def in_elasticsearch(table: str, cutoff: str) -> Content:
    """What Elasticsearch holds. The pattern may find no index at all: then nothing is left."""
    client, indices = elasticsearch.connect(), f"{table}-*"
    client.indices.refresh(index=indices)
    old = client.count(index=indices, query={"range": {"timestamp": {"lt": cutoff}}})["count"]
    return Content(client.count(index=indices)["count"], old)


def in_qdrant(table: str, cutoff: str) -> Content:
    """What Qdrant holds."""
    client = qdrant.connect()
    old = models.FieldCondition(key="timestamp", range=models.DatetimeRange(lt=datetime.fromisoformat(cutoff)))
    return Content(client.count(table).count, client.count(table, models.Filter(must=[old])).count)


def check(store: str, ask: Callable[[], Content], cutoff: str) -> Finding:
    """See that nothing old is left in a store, and publish how much is left in all.

    Parameters:
        store: its name, for the metric.
        ask: asks it.
        cutoff: the line, as text.
    """
    rows, old = ask()
    Kestra.gauge("rows_left", rows, {"store": store})
    return Finding(
        {"rows": rows, "old": old},
        f"{rows:>12,} rows are left, {old:,} of them before {cutoff}",
        f"still holds {old:,} rows from before {cutoff}" if old else "",
    )


def main() -> None:
    """Check all stores; fail, naming those that still hold something old or do not answer."""
    table, cutoff = os.environ["TABLE"], os.environ["CUTOFF"]
    stores = {
        "timescaledb": in_timescaledb,
        "clickhouse": in_clickhouse,
        "elasticsearch": in_elasticsearch,
        "qdrant": in_qdrant,
    }
    result = verify({name: partial(check, name, partial(ask, table, cutoff), cutoff) for name, ask in stores.items()})
    Kestra.outputs({"stores": result.values})
    if result.problems:
        sys.exit(f"Retention is not complete: {result.text}")


if __name__ == "__main__":
    main()
