"""ClickHouse's own server, out of the library that carries all of it."""
