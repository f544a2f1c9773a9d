"""The logs of a flow's executions."""

from console.pages.logs import FLOW_TAB as TAB

__all__ = ["TAB"]
