"""The body of `io.kestra.plugin.jdbc.clickhouse.BulkInsert`."""

from embedded.services.kestra.tasks.clickhouse import bulk

__all__ = ["bulk"]
