"""ClickHouse."""

import os
from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver import Client


def connect() -> Client:
    """Open a client; the task's `env` says where."""
    url = urlsplit(os.environ["CLICKHOUSE_URL"])
    return clickhouse_connect.get_client(
        interface=url.scheme,
        host=url.hostname,
        port=url.port or 0,
        username=os.environ["CLICKHOUSE_USER"],
        password=os.environ["CLICKHOUSE_PASSWORD"],
    )
