"""Time series in PostgreSQL: TimescaleDB, or functions that stand in for it."""
