"""Query jobs: scripts of statements.

Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationQuery
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import duckdb

from embedded.object_store.interface import Objects
from embedded.services.gcp.bigquery.errors import to_statement_error
from embedded.services.gcp.bigquery.job_registry import JobResult
from embedded.services.gcp.bigquery.parameters import parse_parameters
from embedded.services.gcp.bigquery.results import Results
from embedded.services.gcp.bigquery.session import Session
from embedded.services.gcp.bigquery.sql.rules import parse
from embedded.services.gcp.bigquery.sql.types import schema_field
from embedded.services.gcp.bigquery.statements.outcome import Outcome
from embedded.services.gcp.bigquery.statements.run import check_statement, run_statement
from embedded.services.gcp.bigquery.store import Store
from embedded.services.gcp.bigquery.table_writer import insert_rows, open_destination, schema_of_query
from embedded.services.gcp.errors import GoogleError
from embedded.sql_engine.database import to_sql_error
from embedded.sql_engine.errors import Reason, SqlError, invalid, unsupported
from embedded.sql_engine.grammar import Statement
from embedded.sql_engine.jobs import Run

Json = dict[str, Any]

_KNOWN = ("query", "useLegacySql", "destinationTable", "createDisposition", "writeDisposition", "defaultDataset",
          "parameterMode", "queryParameters", "timePartitioning", "rangePartitioning", "clustering")  # fmt: skip
_NO_DIFFERENCE = ("priority", "useQueryCache", "allowLargeResults", "flattenResults", "maximumBytesBilled",
                  "maximumBillingTier", "continuous")  # fmt: skip


class QueryJobs:
    """Runs query jobs.

    Parameters:
        store: of the project.
        objects: of Cloud Storage, for external tables.
        results: where rows are kept.
    """

    def __init__(self, store: Store, objects: Objects, results: Results) -> None:
        self._store = store
        self._objects = objects
        self._results = results

    def work(self, configuration: Json, job: str, run: Run) -> JobResult:
        """Run the statements of a query.

        Parameters:
            configuration: of the query.
            job: its id, under which the rows are kept.
            run: the job's connection and cancellation.

        Raises:
            SqlError: a statement fails.
        """
        session = self._session(configuration, run)
        script = parse(str(configuration.get("query") or ""))
        if not script:
            raise invalid("Query text is missing")
        outcomes = [
            self._run_statement(session, statement, job if len(script) == 1 else f"{job}.{index}", len(script) > 1)
            for index, statement in enumerate(script)
        ]
        rows = next((outcome for outcome in reversed(outcomes) if outcome.columns is not None), None)
        statistics = _statistics(outcomes, self._store.project)
        if rows is None or rows.columns is None:
            return JobResult({"query": statistics}, children=_child_jobs(script))
        destination = self._store_rows(session, configuration, rows) if configuration.get("destinationTable") else None
        return JobResult(
            {"query": statistics}, list(rows.columns), rows.count, rows.kept, destination, _child_jobs(script)
        )

    def dry_run(self, configuration: Json, connection: duckdb.DuckDBPyConnection) -> Json:
        """Check a query without running it; the statistics with its schema. Raises SqlError."""
        session = self._session(configuration, Run(connection))
        query = None
        script = parse(str(configuration.get("query") or ""))
        for statement in script:
            try:
                query = check_statement(session, statement)
            except duckdb.Error as error:
                raise to_sql_error(error) from error
        statistics: Json = {"totalBytesProcessed": "0", "cacheHit": False, "statementType": "SCRIPT"}
        if len(script) == 1 and query is not None:
            statistics["statementType"] = "SELECT"
            statistics["schema"] = {"fields": [schema_field(name, of) for name, of in query.columns]}
        return statistics

    def _session(self, configuration: Json, run: Run) -> Session:
        _refuse_unsupported(configuration)
        default = configuration.get("defaultDataset") or {}
        if default.get("projectId", self._store.project) != self._store.project:
            raise SqlError(Reason.NOT_FOUND, f"Not found: Project {default['projectId']}")
        return Session(
            store=self._store,
            objects=self._objects,
            results=self._results,
            connection=run.connection,
            check=run.check,
            default_dataset=default.get("datasetId"),
            parameters=parse_parameters(configuration.get("queryParameters") or []),
        )

    def _run_statement(self, session: Session, statement: Statement, keep_as: str, in_script: bool) -> Outcome:
        try:
            return run_statement(session, statement, keep_as)
        except duckdb.InterruptException:
            session.check()
            raise
        except SqlError as error:
            if in_script and error.start is None:
                error.start = statement.start
            raise

    def _store_rows(self, session: Session, configuration: Json, rows: Outcome) -> tuple[str, str]:
        """Write the rows of the query to its destination table. Raises SqlError."""
        reference = configuration["destinationTable"]
        target = session.resolve_table(
            [reference.get("projectId", self._store.project), reference["datasetId"], reference["tableId"]]
        )
        kept = session.results.rows(str(rows.kept), rows.columns or [], rows.count)
        if kept is None:
            raise SqlError(Reason.INTERNAL, "The rows of the query are gone")
        body = {
            name: configuration[name]
            for name in ("timePartitioning", "rangePartitioning", "clustering")
            if configuration.get(name)
        }
        listed = ", ".join(f"c{index}" for index in range(len(kept.columns)))
        with ExitStack() as stack:
            catalogue = stack.enter_context(session.store.write(session.connection, session.check))
            try:
                body |= {"schema": {"fields": schema_of_query(kept.columns)}}
                table = open_destination(
                    catalogue,
                    *target,
                    body,
                    configuration.get("createDisposition"),
                    configuration.get("writeDisposition") or "WRITE_EMPTY",
                )
                names = [name for name, _ in kept.columns]
                insert_rows(catalogue, table, f"SELECT {listed} FROM {kept.sql}", names)
            except GoogleError as error:
                raise to_statement_error(error) from error
        return target


def _child_jobs(script: list[Statement]) -> list[Json]:
    """One document per statement of a script of several."""
    return [{} for _ in script] if len(script) > 1 else []


def _refuse_unsupported(configuration: Json) -> None:
    if configuration.get("useLegacySql", True):
        raise unsupported("legacy SQL; set useLegacySql to false")
    for name, value in configuration.items():
        if name not in (*_KNOWN, *_NO_DIFFERENCE) and value not in (None, False, "", [], {}):
            raise unsupported(f"the option {name} of queries")


def _statistics(outcomes: list[Outcome], project: str) -> Json:
    last = outcomes[-1]
    statistics: Json = {"totalBytesProcessed": "0", "totalBytesBilled": "0", "cacheHit": False}
    statistics["statementType"] = last.type if len(outcomes) == 1 else "SCRIPT"
    if len(outcomes) > 1:
        return statistics
    if last.operation and last.target:
        statistics["ddlOperationPerformed"] = last.operation
        dataset, table = last.target
        reference = {"projectId": project, "datasetId": dataset}
        statistics |= {"ddlTargetTable": {**reference, "tableId": table}} if table else {"ddlTargetDataset": reference}
    elif last.columns is None:
        changed = last.inserted + last.updated + last.deleted
        statistics["numDmlAffectedRows"] = str(changed)
        counts = {"inserted": last.inserted, "updated": last.updated, "deleted": last.deleted}
        statistics["dmlStats"] = {f"{name}RowCount": str(count) for name, count in counts.items() if count}
    return statistics
