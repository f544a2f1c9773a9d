"""TimescaleDB's place in the embedded stack: a PostgreSQL server of its own."""
