"""Reads records from Kestra's REST API. The groups of the client are composed over it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from workbook.errors import NotFound
from workbook.kestra.errors import ApiError
from workbook.kestra.execution_list import ExecutionList
from workbook.kestra.http import Http
from workbook.kestra.models import Execution, Flow, FlowId, Json, Trigger

PAGE = 100
"""Rows a page of a search."""
NOT_FOUND = 404

FlowLike = Flow | FlowId | str
"""A flow, or which one: text is always `namespace/id`."""
ExecutionLike = Execution | str
"""An execution, or its id."""


class KestraApi:
    """Flows, executions and triggers of one server, as records."""

    def __init__(self, http: Http) -> None:
        self.http = http

    def flow(self, flow: FlowLike) -> Flow:
        """A flow with its source: the one passed, or the last revision of the one named.

        Raises:
            NotFound: the server has no such flow.
        """
        if isinstance(flow, Flow):
            return flow
        flow_id = full_flow_id(flow)
        try:
            return Flow.from_json(
                self.http.json("GET", flow_path(flow_id), params={"source": "true"}), self.http.server
            )
        except ApiError as error:
            raise explain_missing_flow(error, flow_id) from error

    def execution(self, execution: ExecutionLike) -> Execution:
        """An execution: the one passed, or the one with this id as it is now.

        Raises:
            NotFound: the server has no such execution.
        """
        if isinstance(execution, Execution):
            return execution
        try:
            return self.read_execution(self.http.json("GET", f"/executions/{execution}"))
        except ApiError as error:
            if error.status == NOT_FOUND:
                raise NotFound(f"Kestra knows no execution {execution!r}.") from error
            raise

    def executions(
        self,
        flow: FlowLike | None = None,
        namespace: str | None = None,
        labels: Mapping[str, str] | None = None,
        state: str | Sequence[str] | None = None,
        *,
        complete: bool = True,
    ) -> ExecutionList:
        """Search executions; the oldest comes first.

        Parameters:
            flow: only those of this flow.
            namespace: only those of the flows of this namespace.
            labels: only those that carry all of these labels.
            state: only those in this state, or in one of these.
            complete: with their task runs and outputs, which lists of Kestra 2.0 do not have.
        """
        filters: dict[str, str] = {}
        if flow:
            flow_id = full_flow_id(flow)
            filters["filters[namespace][EQUALS]"] = flow_id.namespace
            filters["filters[flowId][EQUALS]"] = flow_id.id
        elif namespace:
            filters["filters[namespace][EQUALS]"] = namespace
        for key, value in (labels or {}).items():
            filters[f"filters[labels][EQUALS][{key}]"] = value
        if state:
            filters["filters[state][IN]"] = state if isinstance(state, str) else ",".join(state)
        rows = self.search("/executions/search", filters)
        executions = [
            Execution.from_json(self.http.form.unlisted(raw) if complete else raw, self.http.server) for raw in rows
        ]
        executions.sort(key=lambda execution: (execution.start is not None, execution.start, execution.id))
        return ExecutionList(executions)

    def completed(self, executions: Iterable[Execution]) -> ExecutionList:
        """Listed executions with their task runs and outputs."""
        return ExecutionList(
            Execution.from_json(self.http.form.unlisted(execution.raw), self.http.server) for execution in executions
        )

    def triggers(self, flow: FlowLike) -> list[Trigger]:
        """The triggers of a flow by id, as the scheduler has them."""
        flow_id = full_flow_id(flow)
        rows = self.search(f"/triggers/{quoted(flow_id.namespace)}/{quoted(flow_id.id)}")
        return sorted((Trigger.from_json(raw) for raw in rows), key=lambda trigger: trigger.id)

    def search(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[Json]:
        """All rows of a search, page by page."""
        page, seen = 1, 0
        while True:
            answer = self.http.json("GET", path, params={**(params or {}), "page": page, "size": PAGE})
            yield from answer["results"]
            seen += len(answer["results"])
            if not answer["results"] or seen >= answer["total"]:
                return
            page += 1

    def read_execution(self, raw: Any) -> Execution:
        """An execution out of this server's JSON."""
        return Execution.from_json(self.http.form.complete(raw), self.http.server)


def full_flow_id(flow: FlowLike) -> FlowId:
    """Which flow is meant.

    Raises:
        NotFound: a text that is not `namespace/id`.
    """
    if isinstance(flow, Flow):
        return flow.full_id
    return FlowId.parse(flow) if isinstance(flow, str) else flow


def execution_id(execution: ExecutionLike) -> str:
    """Which execution is meant."""
    return execution.id if isinstance(execution, Execution) else execution


def flow_path(flow_id: FlowId) -> str:
    """The path of a flow in the API."""
    return f"/flows/{quoted(flow_id.namespace)}/{quoted(flow_id.id)}"


def quoted(part: str) -> str:
    """A text as one part of a path."""
    return quote(part, safe="")


def explain_missing_flow(error: ApiError, flow_id: FlowId) -> Exception:
    """`NotFound` with the remedy if the server has no such flow; any other error as it is."""
    if error.status != NOT_FOUND:
        return error
    return NotFound(
        f"Kestra has no flow {flow_id.id!r} in namespace {flow_id.namespace!r}. "
        f'Import it first:  lab.kestra.import_flow("flows/{flow_id.id}.yaml")'
    )
