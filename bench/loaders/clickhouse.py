"""ClickHouse's own way: `python bench/loaders/clickhouse.py FILE TABLE`; one INSERT over HTTP."""

import os
import sys
from pathlib import Path

import clickhouse_connect

from catalog.services.clickhouse import CLICKHOUSE

file, table = sys.argv[1:]
client = clickhouse_connect.get_client(
    host=os.environ["CLICKHOUSE_HOST"],
    port=int(os.environ[CLICKHOUSE.port_variable]),
    username=os.environ["CLICKHOUSE_USER"],
    password=os.environ["CLICKHOUSE_PASSWORD"],
)
with Path(file).open("rb") as source:
    settings = {"date_time_input_format": "best_effort"}
    client.raw_insert(table, insert_block=source, fmt="CSVWithNames", settings=settings)
