"""What a notebook of Kestra Workbook imports: `import workbook`, then `lab = workbook.open("kestra")`."""

from workbook.errors import (
    ApiError,
    BackfillEmpty,
    ExecutionFailed,
    FlowInvalid,
    InputInvalid,
    NotFound,
    QueryFailed,
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
from workbook.pictures.lines import lines
from workbook.pictures.quality import quality
from workbook.pictures.scatter import plane, scatter
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
    "QueryFailed",
    "ServerDown",
    "StackError",
    "WaitInterrupted",
    "WorkbookError",
    "WrongPassword",
    "bars",
    "check",
    "gantt",
    "lines",
    "months",
    "open",
    "plane",
    "quality",
    "scatter",
    "topology",
    "yaml",
]
