"""A client for Kestra's REST API, the same for the embedded stack and the official server."""

from workbook.kestra.client import KestraClient
from workbook.kestra.models import Execution, Flow, LogLine, Metric, Problem, StoredFile, TaskRun, Trigger

__all__ = ["Execution", "Flow", "KestraClient", "LogLine", "Metric", "Problem", "StoredFile", "TaskRun", "Trigger"]
