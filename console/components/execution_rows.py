"""Executions as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console import addresses
from console.components.marks import span
from workbook.kestra.models import Execution
from workbook.kestra.server import Server


def execution_row(server: Server, raw: Mapping[str, Any]) -> dict[str, Any]:
    """An execution as the row of a table."""
    execution = Execution.from_json(dict(raw), server)
    page = addresses.execution(execution.namespace, execution.flow_id, execution.id, "gantt")
    return {
        "id": execution.id,
        "id_href": page,
        "flow": execution.flow_id,
        "flow_href": addresses.flow(execution.namespace, execution.flow_id, "overview"),
        "namespace": execution.namespace,
        "state": execution.state,
        "started": execution.start.isoformat() if execution.start else "",
        "duration": span(execution.duration),
        "trigger": execution.trigger_id or "",
        "labels": [f"{key}: {value}" for key, value in execution.labels.items()],
    }
