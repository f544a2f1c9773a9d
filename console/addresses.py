"""The addresses of the pages, as Kestra's own UI has them."""

from __future__ import annotations

from urllib.parse import urlencode

from workbook.kestra.api import quoted

ROOT = "/ui/main"
FLOWS = f"{ROOT}/flows"
NEW_FLOW = f"{FLOWS}/new"
EXECUTIONS = f"{ROOT}/executions"
TRIGGERS = f"{ROOT}/triggers"
LOGS = f"{ROOT}/logs"
DASHBOARD = f"{ROOT}/dashboards"
NAMESPACES = f"{ROOT}/namespaces"
PLUGINS = f"{ROOT}/plugins"
SERVICES = f"{ROOT}/services"


def flow(namespace: str, flow_id: str, tab: str = "") -> str:
    """The page of a flow, or one of its tabs."""
    address = f"{FLOWS}/edit/{quoted(namespace)}/{quoted(flow_id)}"
    return f"{address}/{tab}" if tab else address


def execution(namespace: str, flow_id: str, execution_id: str, tab: str = "") -> str:
    """The page of an execution, or one of its tabs."""
    address = f"{EXECUTIONS}/{quoted(namespace)}/{quoted(flow_id)}/{quoted(execution_id)}"
    return f"{address}/{tab}" if tab else address


def executions_of(namespace: str, flow_id: str = "") -> str:
    """The list of the executions of a namespace, or of a flow."""
    return f"{EXECUTIONS}?namespace={quoted(namespace)}" + (f"&flow={quoted(flow_id)}" if flow_id else "")


def namespace(name: str, tab: str = "overview", **query: str) -> str:
    """The page of a namespace, on one of its tabs.

    Parameters:
        name: of the namespace.
        tab: key of the tab.
        query: what the tab shows.
    """
    address = f"{NAMESPACES}/edit/{quoted(name)}/{tab}"
    return f"{address}?{urlencode(query)}" if query else address


def plugin(type_name: str) -> str:
    """The documentation of a type of tasks, triggers or the like."""
    return f"{PLUGINS}/{quoted(type_name)}"
