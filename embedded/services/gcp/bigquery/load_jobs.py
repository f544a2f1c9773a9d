"""Load jobs: files of a bucket, or an upload, into a table.

Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationLoad
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from embedded.object_store.interface import Objects
from embedded.services.gcp.bigquery.errors import to_statement_error
from embedded.services.gcp.bigquery.files.local import describe_file, fetch_files
from embedded.services.gcp.bigquery.files.reading import FileReader, read_files
from embedded.services.gcp.bigquery.files.source import Source, parse_source
from embedded.services.gcp.bigquery.job_registry import JobResult
from embedded.services.gcp.bigquery.sql.types import schema_field, schema_type
from embedded.services.gcp.bigquery.store import Store, Table
from embedded.services.gcp.bigquery.table_writer import insert_rows, mark_modified, open_destination
from embedded.services.gcp.errors import GoogleError
from embedded.sql_engine.errors import Reason, SqlError, invalid, unsupported
from embedded.sql_engine.jobs import Run

Json = dict[str, Any]

_FILES = (
    "sourceUris",
    "sourceFormat",
    "schema",
    "ignoreUnknownValues",
    "autodetect",
    "maxBadRecords",
    "parquetOptions",
)
_CSV = ("skipLeadingRows", "fieldDelimiter", "quote", "allowQuotedNewlines", "allowJaggedRows", "encoding",
        "nullMarker", "preserveAsciiControlCharacters")  # fmt: skip
_TABLE = ("timePartitioning", "rangePartitioning", "clustering")
_TARGET = ("destinationTable", "createDisposition", "writeDisposition", "destinationTableProperties")


class LoadJobs:
    """Runs load jobs.

    Parameters:
        store: of the project.
        objects: of Cloud Storage.
    """

    def __init__(self, store: Store, objects: Objects) -> None:
        self._store = store
        self._objects = objects

    def work(self, configuration: Json, upload: Path | None, run: Run) -> JobResult:
        """Load files into a table.

        Parameters:
            configuration: of the job.
            upload: the file of the request, instead of `sourceUris`.
            run: the job's connection and cancellation.

        Raises:
            SqlError: a file cannot be read, or the table cannot be written.
        """
        source = _parse_source(configuration)
        reference = configuration.get("destinationTable") or {}
        if reference.get("projectId", self._store.project) != self._store.project:
            raise SqlError(Reason.NOT_FOUND, f"Not found: Project {reference['projectId']}")
        try:
            with ExitStack() as stack:
                return self._load(configuration, source, upload, run, stack)
        except GoogleError as error:
            raise to_statement_error(error) from error

    def _load(self, configuration: Json, source: Source, upload: Path | None, run: Run, stack: ExitStack) -> JobResult:
        files = [describe_file("the uploaded file", upload)] if upload else fetch_files(source, self._objects, stack)
        reference = configuration["destinationTable"]
        target = (str(reference["datasetId"]), str(reference["tableId"]))
        with self._store.read(run.connection) as catalogue:
            catalogue.dataset(target[0])
            source = _known_columns(source, configuration, catalogue.find(*target))
        reader = read_files(source, files, run.connection.cursor())
        try:
            count = self._write(configuration, reader, target, run)
        except (duckdb.Error, UnicodeDecodeError) as error:  # the latter: of DuckDB's own message about such a file
            if isinstance(error, duckdb.InterruptException) or not reader.repair(stack):
                raise
            count = self._write(configuration, reader, target, run)
        size = sum(file.path.stat().st_size for file in files)
        return JobResult({"load": {"inputFiles": str(len(files)), "inputFileBytes": str(size), "outputRows": str(count),
                              "outputBytes": str(size), "badRecords": "0"}})  # fmt: skip

    def _write(self, configuration: Json, reader: FileReader, target: tuple[str, str], run: Run) -> int:
        relation = reader.relation()
        fields = (configuration.get("schema") or {}).get("fields")
        fields = fields or [schema_field(name, of) for name, of in relation.columns]
        body = {name: configuration[name] for name in _TABLE if configuration.get(name)}
        properties = configuration.get("destinationTableProperties") or {}
        body |= {name: properties[name] for name in ("description", "friendlyName", "labels") if properties.get(name)}
        body["schema"] = {"fields": fields}
        with self._store.write(run.connection, run.check) as catalogue:
            writing = configuration.get("writeDisposition") or "WRITE_APPEND"
            table = open_destination(catalogue, *target, body, configuration.get("createDisposition"), writing)
            names = [name for name, _ in relation.columns]
            count = insert_rows(catalogue, table, f"SELECT * FROM {relation.sql}", names)
            mark_modified(catalogue, table)
        return count


def _parse_source(configuration: Json) -> Source:
    for name, value in configuration.items():
        if name not in (*_FILES, *_CSV, *_TABLE, *_TARGET) and value not in (None, False, "", [], {}):
            raise unsupported(f"the option {name} of load jobs")
    options = {name: configuration[name] for name in _FILES if name in configuration}
    if str(options.get("sourceFormat", "CSV")).upper() == "CSV":
        options["csvOptions"] = {name: configuration[name] for name in _CSV if name in configuration}
    return parse_source(options)


def _known_columns(source: Source, configuration: Json, table: Table | None) -> Source:
    """A load without a schema takes that of the table, unless the table is to be replaced."""
    replaced = configuration.get("writeDisposition") == "WRITE_TRUNCATE" and source.detect
    if source.columns is not None or source.format == "PARQUET" or table is None or replaced:
        return source
    if source.detect and source.skip is None:
        raise unsupported(
            "autodetect of a header for a table that is there; say skipLeadingRows and leave autodetect out"
        )
    if not table.fields:
        raise invalid("No schema specified on job or table.")
    return replace(source, columns=tuple((field["name"], schema_type(field)) for field in table.fields))
