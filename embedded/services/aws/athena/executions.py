"""Athena's operations on query executions.

Source: https://docs.aws.amazon.com/athena/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from embedded.object_store.interface import NotFound, WritableObjects
from embedded.services.aws.athena import csv_results
from embedded.services.aws.athena.engine import QueryContext
from embedded.services.aws.athena.errors import code_of, failure_reason, invalid_request
from embedded.services.aws.athena.runner import Runner
from embedded.services.aws.athena.s3_uri import split_uri
from embedded.services.aws.athena.statements import DDL, Parsed, parse
from embedded.services.aws.athena.store import ENGINE, PRIMARY, ExecutionStore, Json, WorkGroupStore
from embedded.services.aws.athena.table_names import CATALOG, TableNames
from embedded.services.aws.athena.workgroups import output_location
from embedded.services.aws.glue.store import Catalogue
from embedded.services.aws.protocol.pages import paginate
from embedded.services.aws.protocol.request import Request
from embedded.shared.numbers import whole_number
from embedded.shared.sqlite import Database
from embedded.sql_engine.errors import Reason, SqlError

_PAGE, _ROWS = 50, 1000
_DEFAULT = "default"
_HELD = ("OutputLocation", "ExpectedBucketOwner", "AclConfiguration", "EncryptionConfiguration")


class QueryExecutions:
    """Operations on query executions.

    Parameters:
        executions: store of the executions.
        groups: store of the work groups.
        runner: runs the queries.
        glue: database of the Data Catalog.
        objects: S3's objects.
    """

    def __init__(
        self,
        executions: ExecutionStore,
        groups: WorkGroupStore,
        runner: Runner,
        glue: Database,
        objects: WritableObjects,
    ) -> None:
        self._executions = executions
        self._groups = groups
        self._runner = runner
        self._glue = glue
        self._objects = objects

    def start_query_execution(
        self,
        request: Request,
        query_string: str,
        client_request_token: str | None = None,
        query_execution_context: Mapping[str, str] | None = None,
        result_configuration: Mapping[str, Any] | None = None,
        work_group: str = PRIMARY,
        execution_parameters: Sequence[str] = (),
        result_reuse_configuration: Mapping[str, Any] | None = None,
    ) -> Json:
        """StartQueryExecution.

        Parameters: as in https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
        """
        del result_reuse_configuration  # results are never reused, and no response depends on it
        context, asked = dict(query_execution_context or {}), dict(result_configuration or {})
        _check_context(context)
        group = self._groups.find(request.region, work_group)
        if group["State"] != "ENABLED":
            raise invalid_request(f"WorkGroup {work_group} is disabled.")
        base = output_location(group, asked.get("OutputLocation"))
        parsed, problem = _parsed(query_string, execution_parameters)
        record = _record(query_string, parsed, context, work_group, base, asked)
        if execution_parameters:
            record["ExecutionParameters"] = list(execution_parameters)
        fingerprint = {"query": query_string, "context": context, "group": work_group, "result": asked}
        name = self._add(request, record, client_request_token, fingerprint)
        if name == record["QueryExecutionId"]:
            self._begin(request, record, parsed, problem, group, base)
        return {"QueryExecutionId": name}

    def _add(self, request: Request, record: Json, token: str | None, fingerprint: Json) -> str:
        try:
            return self._executions.add(request.region, record, token, fingerprint)
        except ValueError as error:
            raise invalid_request("Idempotent parameters do not match", "IDEMPOTENT_PARAMETERS_MISMATCH") from error

    def _begin(
        self, request: Request, record: Json, parsed: Parsed | None, problem: SqlError | None, group: Json, base: str
    ) -> None:
        settings = group["Configuration"]
        names = TableNames(
            Catalogue(self._glue, request.region), record["QueryExecutionContext"].get("Database", _DEFAULT)
        )
        enforced = bool(settings.get("EnforceWorkGroupConfiguration"))
        enforced = enforced and bool(settings.get("ResultConfiguration", {}).get("OutputLocation"))
        tables = f"{base}tables/{record['QueryExecutionId']}/"
        context = QueryContext(names, tables, enforced, settings.get("BytesScannedCutoffPerQuery"))
        if parsed is not None:
            self._runner.submit(record, parsed, context)
        elif problem is not None:
            self._runner.refuse(record, problem)

    def get_query_execution(self, request: Request, query_execution_id: str) -> Json:
        """GetQueryExecution: https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryExecution.html"""
        return {"QueryExecution": self._find(request, query_execution_id)}

    def batch_get_query_execution(self, request: Request, query_execution_ids: Sequence[str]) -> Json:
        """BatchGetQueryExecution: https://docs.aws.amazon.com/athena/latest/APIReference/API_BatchGetQueryExecution.html"""
        records = {name: self._executions.find(request.region, name) for name in query_execution_ids}
        missing = [
            {
                "QueryExecutionId": name,
                "ErrorCode": "QUERY_EXECUTION_NOT_FOUND",
                "ErrorMessage": f"QueryExecution {name} was not found",
            }
            for name, record in records.items()
            if record is None
        ]
        return {
            "QueryExecutions": [record for record in records.values() if record],
            "UnprocessedQueryExecutionIds": missing,
        }

    def list_query_executions(
        self, request: Request, next_token: str | None = None, max_results: int = _PAGE, work_group: str = PRIMARY
    ) -> Json:
        """ListQueryExecutions.

        Parameters: as in https://docs.aws.amazon.com/athena/latest/APIReference/API_ListQueryExecutions.html
        """
        self._groups.find(request.region, work_group)
        known = self._executions.list_ids(request.region, work_group)
        page, token = paginate(
            known, lambda pair: [-pair[0], pair[1]], next_token, max_results, "InvalidRequestException"
        )
        return {"QueryExecutionIds": [name for _, name in page], "NextToken": token}

    def stop_query_execution(self, request: Request, query_execution_id: str) -> None:
        """StopQueryExecution: https://docs.aws.amazon.com/athena/latest/APIReference/API_StopQueryExecution.html"""
        self._runner.stop(self._find(request, query_execution_id))

    def get_query_results(
        self, request: Request, query_execution_id: str, next_token: str | None = None, max_results: int = _ROWS
    ) -> Json:
        """GetQueryResults.

        Parameters: as in https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
        """
        record = self._find(request, query_execution_id)
        _check_done(record["Status"]["State"])
        metadata, updated = self._executions.result(query_execution_id)
        if updated is not None:
            rows: Sequence[Sequence[str | None]] = []
            token = None
        else:
            rows, token = self._rows(record, next_token, max_results)
        shown = [{"Data": [{} if value is None else {"VarCharValue": value} for value in row]} for row in rows]
        return {
            "UpdateCount": updated or 0,
            "ResultSet": {"Rows": shown, "ResultSetMetadata": {"ColumnInfo": metadata}},
            "NextToken": token,
        }

    def _rows(self, record: Json, token: str | None, limit: int) -> tuple[Sequence[Sequence[str | None]], str | None]:
        start = 0
        if token is not None:
            offset = whole_number(token, 0, 2**62)
            if offset is None:
                raise invalid_request("Invalid NextToken")
            start = offset
        bucket, key = split_uri(record["ResultConfiguration"]["OutputLocation"])
        try:
            with self._objects.fetch(bucket, key) as path:
                rows, end = csv_results.read_page(path, start, limit)
        except NotFound as error:
            message = f"Could not find results: the object {error} is not there any more"
            raise invalid_request(message) from error
        return rows, None if end is None else str(end)

    def _find(self, request: Request, name: str) -> Json:
        record = self._executions.find(request.region, name)
        if record is None:
            raise invalid_request(f"QueryExecution {name} was not found", "QUERY_EXECUTION_NOT_FOUND")
        return record


def _parsed(sql: str, parameters: Sequence[str]) -> tuple[Parsed | None, SqlError | None]:
    """Parse a statement; returns it or its failure. Raises AwsError for a syntax error."""
    try:
        return parse(sql, parameters), None
    except SqlError as error:
        if error.reason is Reason.SYNTAX:
            reason = failure_reason(error, sql).removeprefix(f"{code_of(error)}: ")
            raise invalid_request(reason, "MALFORMED_QUERY") from error
        return None, error


def _record(sql: str, parsed: Parsed | None, context: Json, group: str, base: str, asked: Mapping[str, Any]) -> Json:
    name = str(uuid.uuid4())
    held = {key: value for key, value in asked.items() if key in _HELD}
    return {
        "QueryExecutionId": name,
        "Query": sql.strip(),
        "StatementType": parsed.type if parsed else DDL,
        "SubstatementType": parsed.subtype if parsed else None,
        "ResultConfiguration": {**held, "OutputLocation": base + _file(parsed, name)},
        "QueryExecutionContext": {key: value.lower() for key, value in context.items()},
        "Status": {"State": "QUEUED", "SubmissionDateTime": time.time()},
        "Statistics": {"DataScannedInBytes": 0},
        "WorkGroup": group,
        "EngineVersion": ENGINE,
    }


def _file(parsed: Parsed | None, name: str) -> str:
    """The key of a result: a CSV file of rows, a text file of DDL, or the prefix of a manifest."""
    if parsed is None or parsed.subtype == "SELECT":
        return f"{name}.csv"
    if parsed.is_table:
        return f"tables/{name}"
    return name if parsed.subtype == "INSERT_INTO" else f"{name}.txt"


def _check_context(context: Mapping[str, str]) -> None:
    catalogue = context.get("Catalog", CATALOG)
    if catalogue.lower() != CATALOG.lower():
        raise invalid_request(f"Catalog {catalogue} is not part of the embedded AWS; use {CATALOG}.")


def _check_done(state: str) -> None:
    if state in ("FAILED", "CANCELLED"):
        raise invalid_request(f"Query did not finish successfully. Final query state: {state}")
    if state != "SUCCEEDED":
        raise invalid_request(f"Query has not yet finished. Current state: {state}", "INVALID_QUERY_EXECUTION_STATE")
