"""Bodies of `io.kestra.plugin.jdbc.postgresql`, one module for each kind of task."""

from embedded.services.kestra.tasks.postgresql import batch, copy

__all__ = ["batch", "copy"]
