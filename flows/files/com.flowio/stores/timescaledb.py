"""TimescaleDB."""

import os

import psycopg2
from psycopg2.extensions import connection


def connect(options: str = "") -> connection:
    """Open a connection; the task's `env` says where.

    Parameters:
        options: of the session, such as `-c NAME=VALUE`.
    """
    return psycopg2.connect(
        os.environ["TIMESCALE_URL"],
        user=os.environ["TIMESCALE_USER"],
        password=os.environ["TIMESCALE_PASSWORD"],
        connect_timeout=10,
        options=options,
    )
