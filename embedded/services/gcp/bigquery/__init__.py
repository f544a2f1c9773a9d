"""BigQuery's REST API v2 over DuckDB."""
