"""What a notebook of Kestra Workbook imports: `import workbook`, then `lab = workbook.open("kestra")`."""

from workbook import this_python  # noqa: F401 - before what it checks is imported
from workbook.errors import (
    NotFound,
    QueryFailed,
    ServerDown,
    StackError,
    WorkbookError,
    WrongPassword,
)
from workbook.exercises.check import check
from workbook.exercises.report import progress
from workbook.kestra import KestraClient
from workbook.kestra.errors import (
    ApiError,
    BackfillEmpty,
    ExecutionFailed,
    FlowInvalid,
    InputInvalid,
    WaitInterrupted,
)
from workbook.kestra.flows import read_flow
from workbook.lab import Lab, open
from workbook.learning.hints import hint
from workbook.learning.predict import predict
from workbook.pictures.charts import bars, monthly_bars
from workbook.pictures.dbt_tests import dbt_test_table
from workbook.pictures.gantt import gantt
from workbook.pictures.lines import lines
from workbook.pictures.scatter import project_2d, scatter
from workbook.pictures.topology import topology
from workbook.yaml_view import script, yaml

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
    "dbt_test_table",
    "gantt",
    "hint",
    "lines",
    "monthly_bars",
    "open",
    "predict",
    "progress",
    "project_2d",
    "read_flow",
    "scatter",
    "script",
    "topology",
    "yaml",
]
