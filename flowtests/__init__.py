"""Tests of Kestra flows: `python -m flowtests FOLDER`, or the pytest plug-in `flowtests.plugin` with `--flows FOLDER`.

Every flow of the folder is validated by the engine, and every flow test is run on a stack of its own. See the lesson
`notebooks/14_testing_your_own_flows.ipynb`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowtests.errors import FlowTestError, Refused
    from flowtests.flow_test_stack import FlowTestStack, Report
    from flowtests.flow_under_test import FlowUnderTest, stub
    from flowtests.runs import Run

__all__ = ["FlowTestError", "FlowTestStack", "FlowUnderTest", "Refused", "Report", "Run", "stub"]

_MODULES = {
    "FlowTestStack": "flow_test_stack",
    "FlowTestError": "errors",
    "FlowUnderTest": "flow_under_test",
    "Refused": "errors",
    "Report": "flow_test_stack",
    "Run": "runs",
    "stub": "flow_under_test",
}


def __getattr__(name: str) -> Any:
    # At first use: pytest loads the plug-in in every run, and most runs test no flows.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
