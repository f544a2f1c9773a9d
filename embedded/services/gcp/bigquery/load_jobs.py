"""Load jobs: files of a bucket or an upload into a table.

https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationLoad
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from embedded.object_store.interface import Objects
from embedded.services.gcp.bigquery.errors import as_statement
from embedded.services.gcp.bigquery.files.local import fetch, local
from embedded.services.gcp.bigquery.files.reading import Reading, over
from embedded.services.gcp.bigquery.files.source import Source, source
from embedded.services.gcp.bigquery.jobs import Done
from embedded.services.gcp.bigquery.sql.types import schema_field, schema_type
from embedded.services.gcp.bigquery.store import Store, Table
from embedded.services.gcp.bigquery.tables import disposed, fill, touched
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
    """Makes the work of load jobs."""

    def __init__(self, store: Store, objects: Objects) -> None:
        self._store = store
        self._objects = objects

    def work(self, configuration: Json, upload: Path | None, run: Run) -> Done:
        """Do what a configuration asks for. Raises SqlError.

        Parameters:
            configuration: of the job.
            upload: the file that came with the request, instead of addresses.
            run: the means of the job.
        """
        wanted = _source(configuration)
        reference = configuration.get("destinationTable") or {}
        if reference.get("projectId", self._store.project) != self._store.project:
            raise SqlError(Reason.NOT_FOUND, f"Not found: Project {reference['projectId']}")
        try:
            with ExitStack() as stack:
                return self._load(configuration, wanted, upload, run, stack)
        except GoogleError as error:
            raise as_statement(error) from error

    def _load(self, configuration: Json, wanted: Source, upload: Path | None, run: Run, stack: ExitStack) -> Done:
        files = [local("the uploaded file", upload)] if upload else fetch(wanted, self._objects, stack)
        reference = configuration["destinationTable"]
        place = (str(reference["datasetId"]), str(reference["tableId"]))
        with self._store.read(run.connection) as catalogue:
            catalogue.dataset(place[0])
            wanted = _known_columns(wanted, configuration, catalogue.find(*place))
        reading = over(wanted, files, run.connection.cursor())
        try:
            count = self._write(configuration, reading, place, run)
        except (duckdb.Error, UnicodeDecodeError) as error:  # the latter: of DuckDB's own message about such a file
            if isinstance(error, duckdb.InterruptException) or not reading.mend(stack):
                raise
            count = self._write(configuration, reading, place, run)
        size = sum(file.path.stat().st_size for file in files)
        return Done({"load": {"inputFiles": str(len(files)), "inputFileBytes": str(size), "outputRows": str(count),
                              "outputBytes": str(size), "badRecords": "0"}})  # fmt: skip

    def _write(self, configuration: Json, reading: Reading, place: tuple[str, str], run: Run) -> int:
        relation = reading.relation()
        fields = (configuration.get("schema") or {}).get("fields")
        fields = fields or [schema_field(name, of) for name, of in relation.columns]
        body = {name: configuration[name] for name in _TABLE if configuration.get(name)}
        properties = configuration.get("destinationTableProperties") or {}
        body |= {name: properties[name] for name in ("description", "friendlyName", "labels") if properties.get(name)}
        body["schema"] = {"fields": fields}
        with self._store.write(run.connection, run.check) as catalogue:
            writing = configuration.get("writeDisposition") or "WRITE_APPEND"
            table = disposed(catalogue, *place, body, configuration.get("createDisposition"), writing)
            count = fill(catalogue, table, f"SELECT * FROM {relation.sql}", [name for name, _ in relation.columns])
            touched(catalogue, table)
        return count


def _source(configuration: Json) -> Source:
    for name, value in configuration.items():
        if name not in (*_FILES, *_CSV, *_TABLE, *_TARGET) and value not in (None, False, "", [], {}):
            raise unsupported(f"the option {name} of load jobs")
    given = {name: configuration[name] for name in _FILES if name in configuration}
    if str(given.get("sourceFormat", "CSV")).upper() == "CSV":
        given["csvOptions"] = {name: configuration[name] for name in _CSV if name in configuration}
    return source(given)


def _known_columns(wanted: Source, configuration: Json, table: Table | None) -> Source:
    """Without a schema of its own a load takes that of the table, unless that is to be replaced."""
    replaced = configuration.get("writeDisposition") == "WRITE_TRUNCATE" and wanted.detect
    if wanted.columns is not None or wanted.format == "PARQUET" or table is None or replaced:
        return wanted
    if wanted.detect and wanted.skip is None:
        raise unsupported(
            "autodetect of a header for a table that is there; say skipLeadingRows and leave autodetect out"
        )
    if not table.fields:
        raise invalid("No schema specified on job or table.")
    return replace(wanted, columns=tuple((field["name"], schema_type(field)) for field in table.fields))
