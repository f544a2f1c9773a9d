"""Flows: search, validate and store them; and those of the project that are not on the server."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from console.calls.paged import Page
from workbook.kestra.api import flow_path
from workbook.kestra.client import KestraClient
from workbook.kestra.flow_advice import advise
from workbook.kestra.flows import YAML, problems_of
from workbook.kestra.models import Flow, FlowId, Problem
from workbook.project import ROOT

FOLDER = ROOT / "flows"
FILES = FOLDER / "files"
"""Has a folder a namespace, with the files that its flows use."""
ALL = 1000
"""Rows of a search that means all."""
_ID = re.compile(r"^id:\s*['\"]?([\w.-]+)", re.MULTILINE)
_NAMESPACE = re.compile(r"^namespace:\s*['\"]?([\w.-]+)", re.MULTILINE)


@dataclass(frozen=True)
class LocalFlow:
    """A flow of the project's folder."""

    path: Path
    id: FlowId


@dataclass(frozen=True)
class Validation:
    """What the server says of a flow's text.

    Attributes:
        id: of the flow; None if the text names none.
        problems: why it is refused.
        warnings: what is deprecated or may surprise.
    """

    id: FlowId | None
    problems: Sequence[Problem]
    warnings: Sequence[str]


def search(kestra: KestraClient, text: str, namespace: str, page: int, size: int) -> Page:
    """Flows by their ids.

    Parameters:
        kestra: the client.
        text: a part of what they are called.
        namespace: theirs, or one around it; all if empty.
        page, size: which rows.
    """
    params: dict[str, Any] = {"page": page, "size": size, "sort": "id:asc"}
    if text:
        params["filters[q][EQUALS]"] = text
    if namespace:
        params["filters[namespace][STARTS_WITH]"] = namespace
    return Page.of(kestra.http.json("GET", "/flows/search", params=params))


def namespaces(kestra: KestraClient) -> list[str]:
    """The namespaces that have flows, sorted."""
    return sorted(kestra.http.json("GET", "/flows/distinct-namespaces"))


def latest_executions(kestra: KestraClient, flows: Iterable[FlowId]) -> dict[FlowId, dict[str, Any]]:
    """The last execution of each of some flows: its `id`, `status` and `startDate`."""
    wanted = [{"namespace": flow.namespace, "id": flow.id} for flow in flows]
    if not wanted:
        return {}
    found = kestra.http.json("POST", "/executions/latest", json=wanted)
    return {FlowId(row["namespace"], row["flowId"]): row for row in found}


def local_flows(folder: Path = FOLDER) -> list[LocalFlow]:
    """The flows of the project's folder, by file name."""
    found = []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        text = path.read_text(encoding="utf-8", errors="replace")
        flow_id, namespace = _ID.search(text), _NAMESPACE.search(text)
        if flow_id and namespace:
            found.append(LocalFlow(path, FlowId(namespace[1], flow_id[1])))
    return found


def missing_flows(kestra: KestraClient) -> list[LocalFlow]:
    """The flows of the project's folder that the server does not have."""
    rows = kestra.http.json("GET", "/flows/search", params={"page": 1, "size": ALL})["results"]
    known = {FlowId(row["namespace"], row["id"]) for row in rows}
    return [flow for flow in local_flows() if flow.id not in known]


def create_local(kestra: KestraClient, flows: Sequence[LocalFlow]) -> None:
    """Send flows of the project's folder to the server, the files of their namespaces first.

    Raises:
        FlowInvalid: the engine refuses one.
    """
    for namespace in dict.fromkeys(flow.id.namespace for flow in flows):
        if (FILES / namespace).is_dir():
            kestra.namespace_files(namespace).upload(FILES / namespace)
    for flow in flows:
        kestra.flows.import_flow(flow.path)


def validate(kestra: KestraClient, source: str) -> Validation:
    """What the server says of a flow's text; nothing is stored."""
    results = kestra.http.json("POST", "/flows/validate", data=source.encode(), headers=YAML)
    if len(results) != 1:
        return Validation(None, [Problem(f"one flow is expected, here are {len(results)}")], [])
    result = results[0]
    flow_id = FlowId(result["namespace"], result["flow"]) if result.get("namespace") and result.get("flow") else None
    problems = problems_of(result.get("constraints") or "")
    advised = [replace(problem, advice=advise(problem, source, lambda: [])) for problem in problems]
    deprecated = [f"{path} is deprecated" for path in result.get("deprecationPaths") or []]
    return Validation(flow_id, advised, [*(result.get("warnings") or []), *deprecated])


def create(kestra: KestraClient, source: str) -> Flow:
    """Store a new flow.

    Raises:
        ApiError: it exists, or is invalid.
    """
    return Flow.from_json(kestra.http.json("POST", "/flows", data=source.encode(), headers=YAML), kestra.http.server)


def update(kestra: KestraClient, flow_id: FlowId, source: str) -> Flow:
    """Store a new revision of a flow.

    Raises:
        ApiError: it is invalid, or names another flow.
    """
    raw = kestra.http.json("PUT", flow_path(flow_id), data=source.encode(), headers=YAML)
    return Flow.from_json(raw, kestra.http.server)


def revisions(kestra: KestraClient, flow_id: FlowId) -> list[dict[str, Any]]:
    """The revisions of a flow with their sources, oldest first."""
    found = kestra.http.json("GET", f"{flow_path(flow_id)}/revisions")
    return sorted((entry for entry in found if not entry.get("deleted")), key=lambda entry: entry["revision"])


def dependencies(kestra: KestraClient, flow_id: FlowId) -> dict[str, Any]:
    """The flows that a flow starts, or that start it, and theirs in turn: `nodes`, and `edges` between their `uid`s."""
    found: dict[str, Any] = kestra.http.json("GET", f"{flow_path(flow_id)}/dependencies", params={"expandAll": "true"})
    return found


def import_files(kestra: KestraClient, files: Sequence[tuple[str, bytes]]) -> list[str]:
    """Store the flows of files, each of one or many YAML documents, or an archive of such; gives what was refused.

    Parameters:
        kestra: the client.
        files: names with contents.
    """
    refused: list[str] = []
    for name, content in files:
        upload = {"fileUpload": (name, content, "application/octet-stream")}
        refused += kestra.http.json("POST", "/flows/import", files=upload) or []
    return refused
