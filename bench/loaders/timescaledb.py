"""TimescaleDB's own way: `python bench/loaders/timescaledb.py FILE TABLE`; COPY from the client's side."""

import os
import sys
from pathlib import Path

import psycopg2
from psycopg2.extensions import make_dsn

file, table = sys.argv[1:]
names = {"host": "HOST", "port": "PORT", "dbname": "DB", "user": "USER", "password": "PASSWORD"}
values = {name: os.environ[f"TIMESCALE_{variable}"] for name, variable in names.items()}
connection = psycopg2.connect(make_dsn(**values))
columns = "timestamp, device_id, metric_name, metric_value, location, zone"
with connection, connection.cursor() as cursor, Path(file).open() as source:
    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv, HEADER)", source)
