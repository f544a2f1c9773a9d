"""What a notebook of Kestra Workbook imports: `import workbook`, then `lab = workbook.open("kestra")`."""

from workbook.errors import (
    ApiError,
    BackfillEmpty,
    ExecutionFailed,
    FlowInvalid,
    InputInvalid,
    NotFound,
    ServerDown,
    StackError,
    WaitInterrupted,
    WorkbookError,
    WrongPassword,
)
from workbook.exercises.check import check
from workbook.kestra import KestraClient
from workbook.lab import Lab, open
from workbook.pictures.charts import bars, months
from workbook.pictures.gantt import gantt
from workbook.pictures.topology import topology
from workbook.yaml_view import yaml

__all__ = [
    "ApiError",
    "BackfillEmpty",
    "ExecutionFailed",
    "FlowInvalid",
    "InputInvalid",
    "KestraClient",
    "Lab",
    "NotFound",
    "ServerDown",
    "StackError",
    "WaitInterrupted",
    "WorkbookError",
    "WrongPassword",
    "bars",
    "check",
    "gantt",
    "months",
    "open",
    "topology",
    "yaml",
]
