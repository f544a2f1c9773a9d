"""What a notebook of Kestra Workbook imports: `import workbook`, then `lab = workbook.open("kestra")`."""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from workbook import this_python  # noqa: F401 - before what it checks is imported

if TYPE_CHECKING:
    from workbook.errors import NotFound as NotFound
    from workbook.errors import QueryFailed as QueryFailed
    from workbook.errors import ServerDown as ServerDown
    from workbook.errors import StackError as StackError
    from workbook.errors import WorkbookError as WorkbookError
    from workbook.errors import WrongPassword as WrongPassword
    from workbook.exercises.check import check as check
    from workbook.exercises.report import progress as progress
    from workbook.kestra import KestraClient as KestraClient
    from workbook.kestra.errors import ApiError as ApiError
    from workbook.kestra.errors import BackfillEmpty as BackfillEmpty
    from workbook.kestra.errors import ExecutionFailed as ExecutionFailed
    from workbook.kestra.errors import FlowInvalid as FlowInvalid
    from workbook.kestra.errors import InputInvalid as InputInvalid
    from workbook.kestra.errors import WaitInterrupted as WaitInterrupted
    from workbook.kestra.flows import read_flow as read_flow
    from workbook.lab import Lab as Lab
    from workbook.lab import open as open
    from workbook.learning.hints import hint as hint
    from workbook.learning.predict import predict as predict
    from workbook.pictures.charts import bars as bars
    from workbook.pictures.charts import monthly_bars as monthly_bars
    from workbook.pictures.dbt_tests import dbt_test_table as dbt_test_table
    from workbook.pictures.gantt import gantt as gantt
    from workbook.pictures.lines import lines as lines
    from workbook.pictures.scatter import project_2d as project_2d
    from workbook.pictures.scatter import scatter as scatter
    from workbook.pictures.topology import topology as topology
    from workbook.yaml_view import script as script
    from workbook.yaml_view import yaml as yaml

_PLACES = {
    "ApiError": "workbook.kestra.errors",
    "BackfillEmpty": "workbook.kestra.errors",
    "ExecutionFailed": "workbook.kestra.errors",
    "FlowInvalid": "workbook.kestra.errors",
    "InputInvalid": "workbook.kestra.errors",
    "KestraClient": "workbook.kestra",
    "Lab": "workbook.lab",
    "NotFound": "workbook.errors",
    "QueryFailed": "workbook.errors",
    "ServerDown": "workbook.errors",
    "StackError": "workbook.errors",
    "WaitInterrupted": "workbook.kestra.errors",
    "WorkbookError": "workbook.errors",
    "WrongPassword": "workbook.errors",
    "bars": "workbook.pictures.charts",
    "check": "workbook.exercises.check",
    "dbt_test_table": "workbook.pictures.dbt_tests",
    "gantt": "workbook.pictures.gantt",
    "hint": "workbook.learning.hints",
    "lines": "workbook.pictures.lines",
    "monthly_bars": "workbook.pictures.charts",
    "open": "workbook.lab",
    "predict": "workbook.learning.predict",
    "progress": "workbook.exercises.report",
    "project_2d": "workbook.pictures.scatter",
    "read_flow": "workbook.kestra.flows",
    "scatter": "workbook.pictures.scatter",
    "script": "workbook.yaml_view",
    "topology": "workbook.pictures.topology",
    "yaml": "workbook.yaml_view",
}
"""The module of each name: what a program does not use, it need not wait for."""
__all__ = sorted(_PLACES)


def __getattr__(name: str) -> Any:
    """Import a name, or a module of this package, when it is first used."""
    if place := _PLACES.get(name):
        globals()[name] = getattr(import_module(place), name)
        return globals()[name]
    if not name.startswith("_") and find_spec(f"{__name__}.{name}"):
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The names that there are, imported or not."""
    return sorted({*globals(), *_PLACES})
