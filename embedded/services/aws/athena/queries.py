"""Athena's operations on queries.

Each method is an operation as `embedded.services.aws.protocol.dispatcher` calls it; its parameters are described at
https://docs.aws.amazon.com/athena/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from embedded.object_store.interface import NotFound, WritableObjects
from embedded.services.aws.athena import results
from embedded.services.aws.athena.catalog import NAME, Names
from embedded.services.aws.athena.engine import Place
from embedded.services.aws.athena.errors import code_of, invalid_request, told
from embedded.services.aws.athena.runner import Runner
from embedded.services.aws.athena.s3_uri import address
from embedded.services.aws.athena.statements import DDL, Parsed, parse
from embedded.services.aws.athena.store import Executions, Json
from embedded.services.aws.athena.workgroups import ENGINE, PRIMARY, WorkGroups, output_location
from embedded.services.aws.glue.store import Catalogue
from embedded.services.aws.protocol.pages import paginate
from embedded.services.aws.protocol.request import Request
from embedded.shared.sqlite import Database
from embedded.sql_engine.errors import Reason, SqlError

_PAGE, _ROWS = 50, 1000
_DEFAULT = "default"
_HELD = ("OutputLocation", "ExpectedBucketOwner", "AclConfiguration", "EncryptionConfiguration")


class Queries:
    """Operations on queries.

    Parameters:
        executions: their records.
        groups: the work groups.
        runner: runs them.
        glue: the database of the catalogue.
        objects: of S3.
    """

    def __init__(
        self, executions: Executions, groups: WorkGroups, runner: Runner, glue: Database, objects: WritableObjects
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
        del result_reuse_configuration  # a result is never reused, which no answer depends on
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
        names = Names(Catalogue(self._glue, request.region), record["QueryExecutionContext"].get("Database", _DEFAULT))
        enforced = bool(settings.get("EnforceWorkGroupConfiguration"))
        enforced = enforced and bool(settings.get("ResultConfiguration", {}).get("OutputLocation"))
        tables = f"{base}tables/{record['QueryExecutionId']}/"
        place = Place(names, tables, enforced, settings.get("BytesScannedCutoffPerQuery"))
        if parsed is not None:
            self._runner.submit(record, parsed, place)
        elif problem is not None:
            self._runner.refuse(record, problem)

    def get_query_execution(self, request: Request, query_execution_id: str) -> Json:
        """GetQueryExecution: https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryExecution.html"""
        return {"QueryExecution": self._find(request, query_execution_id)}

    def batch_get_query_execution(self, request: Request, query_execution_ids: Sequence[str]) -> Json:
        """BatchGetQueryExecution: https://docs.aws.amazon.com/athena/latest/APIReference/API_BatchGetQueryExecution.html"""
        found = {name: self._executions.find(request.region, name) for name in query_execution_ids}
        missing = [
            {
                "QueryExecutionId": name,
                "ErrorCode": "QUERY_EXECUTION_NOT_FOUND",
                "ErrorMessage": f"QueryExecution {name} was not found",
            }
            for name, record in found.items()
            if record is None
        ]
        return {"QueryExecutions": [each for each in found.values() if each], "UnprocessedQueryExecutionIds": missing}

    def list_query_executions(
        self, request: Request, next_token: str | None = None, max_results: int = _PAGE, work_group: str = PRIMARY
    ) -> Json:
        """ListQueryExecutions.

        Parameters: as in https://docs.aws.amazon.com/athena/latest/APIReference/API_ListQueryExecutions.html
        """
        self._groups.find(request.region, work_group)
        known = self._executions.listed(request.region, work_group)
        page, token = paginate(known, lambda one: [-one[0], one[1]], next_token, max_results, "InvalidRequestException")
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
            rows, token = [], None
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
            if not token.isdecimal():
                raise invalid_request("Invalid NextToken")
            start = int(token)
        bucket, key = address(record["ResultConfiguration"]["OutputLocation"])
        try:
            with self._objects.fetch(bucket, key) as path:
                rows, end = results.page(path, start, limit)
        except NotFound as error:
            message = f"Could not find results: the object {error} is not there any more"
            raise invalid_request(message) from error
        return rows, None if end is None else str(end)

    def _find(self, request: Request, name: str) -> Json:
        found = self._executions.find(request.region, name)
        if found is None:
            raise invalid_request(f"QueryExecution {name} was not found", "QUERY_EXECUTION_NOT_FOUND")
        return found


def _parsed(sql: str, parameters: Sequence[str]) -> tuple[Parsed | None, SqlError | None]:
    """The statement, or why it will fail. Raises AwsError: it is none."""
    try:
        return parse(sql, parameters), None
    except SqlError as error:
        if error.reason is Reason.SYNTAX:
            reason = told(error, sql).removeprefix(f"{code_of(error)}: ")
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
    """The key of a result: CSV of rows, a text of what DDL says, the stem of a list of files."""
    if parsed is None or parsed.subtype == "SELECT":
        return f"{name}.csv"
    if parsed.is_table:
        return f"tables/{name}"
    return name if parsed.subtype == "INSERT_INTO" else f"{name}.txt"


def _check_context(context: Mapping[str, str]) -> None:
    catalogue = context.get("Catalog", NAME)
    if catalogue.lower() != NAME.lower():
        raise invalid_request(f"Catalog {catalogue} is not part of the embedded AWS; use {NAME}.")


def _check_done(state: str) -> None:
    if state in ("FAILED", "CANCELLED"):
        raise invalid_request(f"Query did not finish successfully. Final query state: {state}")
    if state != "SUCCEEDED":
        raise invalid_request(f"Query has not yet finished. Current state: {state}", "INVALID_QUERY_EXECUTION_STATE")
