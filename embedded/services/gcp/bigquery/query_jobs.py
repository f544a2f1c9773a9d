"""Query jobs: a script of statements.

https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationQuery
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import duckdb

from embedded.object_store.interface import Objects
from embedded.services.gcp.bigquery.errors import as_statement
from embedded.services.gcp.bigquery.jobs import Done
from embedded.services.gcp.bigquery.parameters import parameters
from embedded.services.gcp.bigquery.results import Results
from embedded.services.gcp.bigquery.session import Session
from embedded.services.gcp.bigquery.sql.rules import parse
from embedded.services.gcp.bigquery.sql.types import schema_field
from embedded.services.gcp.bigquery.statements.outcome import Outcome
from embedded.services.gcp.bigquery.statements.run import check, run
from embedded.services.gcp.bigquery.store import Store
from embedded.services.gcp.bigquery.tables import disposed, fill, schema_of_query
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
    """Makes the work of query jobs."""

    def __init__(self, store: Store, objects: Objects, results: Results) -> None:
        self._store = store
        self._objects = objects
        self._results = results

    def work(self, configuration: Json, job: str, run: Run) -> Done:
        """Do what a configuration asks for. Raises SqlError."""
        session = self._session(configuration, run)
        script = parse(str(configuration.get("query") or ""))
        if not script:
            raise invalid("Query text is missing")
        outcomes = [self._one(session, statement, job, index, len(script)) for index, statement in enumerate(script)]
        rows = next((one for one in reversed(outcomes) if one.columns is not None), None)
        statistics = _statistics(outcomes, self._store.project)
        if rows is None or rows.columns is None:
            return Done({"query": statistics}, children=[{}] * (len(script) if len(script) > 1 else 0))
        destination = self._store_rows(session, configuration, rows) if configuration.get("destinationTable") else None
        children: list[Json] = [{}] * (len(script) if len(script) > 1 else 0)
        return Done({"query": statistics}, list(rows.columns), rows.count, rows.kept, destination, children)

    def dry(self, configuration: Json, connection: duckdb.DuckDBPyConnection) -> Json:
        """Check a query without running it; the statistics with its schema. Raises SqlError."""
        session = self._session(configuration, Run(connection))
        query = None
        script = parse(str(configuration.get("query") or ""))
        for statement in script:
            try:
                query = check(session, statement)
            except duckdb.Error as error:
                raise to_sql_error(error) from error
        statistics: Json = {"totalBytesProcessed": "0", "cacheHit": False, "statementType": "SCRIPT"}
        if len(script) == 1 and query is not None:
            statistics["statementType"] = "SELECT"
            statistics["schema"] = {"fields": [schema_field(name, of) for name, of in query.columns]}
        return statistics

    def _session(self, configuration: Json, run: Run) -> Session:
        _refuse_unknown(configuration)
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
            parameters=parameters(configuration.get("queryParameters") or []),
        )

    def _one(self, session: Session, statement: Statement, job: str, index: int, count: int) -> Outcome:
        kept = job if count == 1 else f"{job}.{index}"
        try:
            return run(session, statement, kept)
        except duckdb.InterruptException:
            session.check()
            raise
        except SqlError as error:
            if count > 1 and error.start is None:
                error.start = statement.start
            raise

    def _store_rows(self, session: Session, configuration: Json, rows: Outcome) -> tuple[str, str]:
        """Bring the rows of the query to the table that is named for them. Raises SqlError."""
        reference = configuration["destinationTable"]
        place = session.resolve_table(
            [reference.get("projectId", self._store.project), reference["datasetId"], reference["tableId"]]
        )
        found = session.results.rows(str(rows.kept), rows.columns or [], rows.count)
        if found is None:
            raise SqlError(Reason.INTERNAL, "The rows of the query are gone")
        body = {
            name: configuration[name]
            for name in ("timePartitioning", "rangePartitioning", "clustering")
            if configuration.get(name)
        }
        listed = ", ".join(f"c{index}" for index in range(len(found.columns)))
        with ExitStack() as stack:
            catalogue = stack.enter_context(session.store.write(session.connection, session.check))
            try:
                body |= {"schema": {"fields": schema_of_query(found.columns)}}
                table = disposed(
                    catalogue,
                    *place,
                    body,
                    configuration.get("createDisposition"),
                    configuration.get("writeDisposition") or "WRITE_EMPTY",
                )
                names = [name for name, _ in found.columns]
                fill(catalogue, table, f"SELECT {listed} FROM {found.sql}", names)
            except GoogleError as error:
                raise as_statement(error) from error
        return place


def _refuse_unknown(configuration: Json) -> None:
    if configuration.get("useLegacySql", True):
        raise unsupported("legacy SQL; set useLegacySql to false")
    for name, value in configuration.items():
        if name not in (*_KNOWN, *_NO_DIFFERENCE) and value not in (None, False, "", [], {}):
            raise unsupported(f"the option {name} of queries")


def _statistics(outcomes: list[Outcome], project: str) -> Json:
    last = outcomes[-1]
    found: Json = {"totalBytesProcessed": "0", "totalBytesBilled": "0", "cacheHit": False}
    found["statementType"] = last.type if len(outcomes) == 1 else "SCRIPT"
    if len(outcomes) > 1:
        return found
    if last.operation and last.target:
        found["ddlOperationPerformed"] = last.operation
        dataset, table = last.target
        reference = {"projectId": project, "datasetId": dataset}
        found |= {"ddlTargetTable": {**reference, "tableId": table}} if table else {"ddlTargetDataset": reference}
    elif last.columns is None:
        changed = last.inserted + last.updated + last.deleted
        found["numDmlAffectedRows"] = str(changed)
        counts = {"inserted": last.inserted, "updated": last.updated, "deleted": last.deleted}
        found["dmlStats"] = {f"{name}RowCount": str(count) for name, count in counts.items() if count}
    return found
