"""The executions of a flow."""

from console.pages.executions import FLOW_TAB as TAB

__all__ = ["TAB"]
