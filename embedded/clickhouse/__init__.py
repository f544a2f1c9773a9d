"""ClickHouse's own server as a service of the embedded stack."""
