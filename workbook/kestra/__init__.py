"""A client for Kestra's REST API, the same for the embedded stack and the official server."""

from workbook.kestra.client import KestraClient
from workbook.kestra.models import Execution, Flow, FlowId, LogLine, Metric, Problem, StoredFile, TaskRun, Trigger

__all__ = [
    "Execution",
    "Flow",
    "FlowId",
    "KestraClient",
    "LogLine",
    "Metric",
    "Problem",
    "StoredFile",
    "TaskRun",
    "Trigger",
]
