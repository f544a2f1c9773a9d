"""ClickHouse's own server, from the library chdb."""
