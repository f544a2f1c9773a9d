"""Flows: validate, import, read and delete them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from workbook.errors import NotFound
from workbook.kestra.api import NOT_FOUND, FlowLike, KestraApi, flow_path, full_flow_id
from workbook.kestra.errors import ApiError, FlowInvalid
from workbook.kestra.executions import Executions
from workbook.kestra.flow_advice import advise
from workbook.kestra.models import Execution, Flow, FlowGraph, FlowId, Json, Problem
from workbook.kestra2.for_engine import upgrade_all
from workbook.kestra2.upgrade import Upgrade
from workbook.project import project_path

YAML = {"Content-Type": "application/x-yaml"}
KINDS = ("tasks", "triggers", "conditions", "taskRunners")
_VALIDATION = "Validation error: "
_PROBLEM = re.compile(r"([\w.\[\]-]*): (?=\S)")


class Flows:
    """The flows of one server."""

    def __init__(self, api: KestraApi, executions: Executions) -> None:
        self._api = api
        self._http = api.http
        self._executions = executions

    def validate(self, flow: str | Path) -> list[Problem]:
        """What the engine rejects in a flow; an empty list if it is valid. Nothing is stored.

        Parameters:
            flow: a file, or the YAML text itself.

        Raises:
            NotFound: there is no such file.
        """
        return self._violations(read_source(flow)[1])[1]

    def problems_of_upgraded(self, source: str) -> list[Problem]:
        """What the engine rejects in a flow as `import_flow` sends it: on a server of Kestra 2.0, upgraded.

        Parameters:
            source: the YAML text.
        """
        if self._http.form.takes_upgrades:
            source = self._upgrade(source).text
        return self._violations(source)[1]

    def import_flow(self, path: str | Path, *, upgrade: bool = True) -> Flow:
        """Validate a flow and store it; a changed flow becomes a new revision.

        On a server of Kestra 2.0, what the upgrade for it changes in the flow is changed, and shown. The flow's
        `source` is what was imported all the same.

        Parameters:
            path: a file, from the working folder or from the project's root, or the YAML text itself.
            upgrade: off, a server of Kestra 2.0 gets the flow as it is.

        Raises:
            NotFound: there is no such file.
            FlowInvalid: with the engine's own messages, and advice.
        """
        name, source = read_source(path)
        original = source
        if upgrade and self._http.form.takes_upgrades:
            source = self._upgraded(name, source)
        flow_id, problems = self._violations(source)
        if problems:
            raise FlowInvalid(name, self._advised(problems, source))
        upload = {"fileUpload": (f"{flow_id.id}.yaml", source.encode(), "application/x-yaml")}
        try:
            rejected = self._http.json("POST", "/flows/import", files=upload)
        except ApiError as error:
            problems = [Problem(reason) for reason in error.details or [error.reason]]
            raise FlowInvalid(name, self._advised(problems, source)) from error
        if rejected:
            problems = [Problem(f"{flow} was not imported") for flow in rejected]
            raise FlowInvalid(name, self._advised(problems, source))
        flow = self._api.flow(flow_id)
        return flow if source == original else replace(flow, source=original)

    def get(self, flow: FlowLike) -> Flow:
        """A flow with its source, at its last revision.

        Parameters:
            flow: `namespace/id`; a `Flow` is read again.

        Raises:
            NotFound: it was never imported, or deleted.
        """
        return self._api.flow(full_flow_id(flow))

    def graph(self, flow: FlowLike | Execution) -> FlowGraph:
        """The topology of a flow, for `workbook.topology`.

        Parameters:
            flow: a flow, or `namespace/id`; of an execution, the topology of the revision that it ran, with the state
                of each task.

        Raises:
            ApiError: the server does not have the flow any more.
            NotFound: no such flow.
        """
        if isinstance(flow, Execution):
            flow_id, revision, execution = flow.full_flow_id, flow.raw.get("flowRevision"), flow
        else:
            current = self._api.flow(flow)
            flow_id, revision, execution = current.full_id, current.revision, None
        raw = self._http.json("GET", f"{flow_path(flow_id)}/graph", params={"revision": revision})
        return FlowGraph(flow_id.id, execution, raw)

    def delete(self, flow: FlowLike, *, executions: bool = False) -> bool:
        """Delete a flow if it is there; say whether it was.

        Parameters:
            flow: a flow, or `namespace/id`.
            executions: delete its executions too, with their logs and files; those that still run are killed first.
        """
        flow_id = full_flow_id(flow)
        if executions:
            self._executions.delete_all(flow_id)
        try:
            self._http.call("DELETE", flow_path(flow_id))
        except ApiError as error:
            if error.status == NOT_FOUND:
                return False
            raise
        return True

    def _upgrade(self, source: str) -> Upgrade:
        [upgrade], _ = upgrade_all([source], lambda texts: [self._validate(text)["constraints"] for text in texts])
        return upgrade

    def _upgraded(self, name: str, source: str) -> str:
        """A flow as Kestra 2.0 takes it, with a word about each change."""
        upgrade = self._upgrade(source)
        if upgrade.text != source:
            print(f"{name} is imported as Kestra 2.0 takes it:")
            for change in upgrade.findings.changed:
                print(f"  line {change.line}: {change.message}")
        for left in upgrade.findings.left:
            print(f"  left for you, line {left.line}: {left.message}")
        return upgrade.text

    def _advised(self, problems: list[Problem], source: str) -> list[Problem]:
        return [replace(problem, advice=advise(problem, source, self._types)) for problem in problems]

    def _types(self) -> list[str]:
        """The types that a flow can use; none if the server does not tell."""
        try:
            plugins = self._http.json("GET", "/plugins", root="/api/v1")
        except ApiError:
            return []
        return [entry["cls"] for plugin in plugins for kind in KINDS for entry in plugin.get(kind, [])]

    def _validate(self, source: str) -> Json:
        """What the engine says of one flow: `namespace`, `flow`, and `constraints` if it is refused."""
        results: list[Json] = self._http.json("POST", "/flows/validate", data=source.encode(), headers=YAML)
        if len(results) != 1:
            return {"constraints": f"one flow is expected, here are {len(results)}"}
        return {"constraints": None} | results[0]

    def _violations(self, source: str) -> tuple[FlowId, list[Problem]]:
        """The namespace and the id of a flow, and what is wrong with it."""
        result = self._validate(source)
        flow_id = FlowId(result.get("namespace") or "", result.get("flow") or "")
        return flow_id, problems_of(result.get("constraints") or "")


def read_flow(flow: str | Path) -> str:
    """A flow's YAML, from a file or from the text itself.

    Parameters:
        flow: a path from the working folder or from the project's root, such as `flows/04_postgres_taxi.yaml`.

    Raises:
        NotFound: there is no such file.
    """
    return read_source(flow)[1]


def read_source(flow: str | Path) -> tuple[str, str]:
    """A flow's name for messages, and its YAML, from a file or from the text itself.

    Raises:
        NotFound: there is no such file.
    """
    if isinstance(flow, str) and "\n" in flow:
        return "this flow", flow
    path = project_path(flow)
    try:
        return path.name, path.read_text(encoding="utf-8")
    except OSError as error:
        raise NotFound(f"Cannot read the flow {path} ({error.strerror}).") from error


def problems_of(constraints: str) -> list[Problem]:
    """The engine's messages, one a line, each with its property; lines without one belong to the message before."""
    messages: list[tuple[str, list[str]]] = []
    for line in constraints.removeprefix(_VALIDATION).splitlines():
        match = _PROBLEM.match(line)
        if match:
            messages.append((match[1], [line[match.end() :]]))
        elif messages:
            messages[-1][1].append(line)
        elif line.strip():
            messages.append(("", [line]))
    # The engine lists them in no fixed order.
    return sorted((Problem("\n".join(lines).strip(), path) for path, lines in messages), key=str)
