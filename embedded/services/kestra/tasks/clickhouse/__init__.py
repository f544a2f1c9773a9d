"""Bodies of `io.kestra.plugin.jdbc.clickhouse`, one module for each kind of task."""

from embedded.services.kestra.tasks.clickhouse import bulk, queries

__all__ = ["bulk", "queries"]
