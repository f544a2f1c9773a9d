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
    "check",
    "open",
]
