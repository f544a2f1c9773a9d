"""TimescaleDB's functions in PostgreSQL, over native partitions."""
