"""Names of Elasticsearch's indices, one a day behind one alias. Needs no client."""


def daily_index(table: str, timestamp: str) -> str:
    """The index of a row's day, such as `metrics-2025.09.01`.

    Parameters:
        table: the alias of all days.
        timestamp: in ISO 8601, UTC.
    """
    return f"{table}-{timestamp[:10].replace('-', '.')}"
