"""Glue's operations on tables of the Data Catalog and their versions.

Source: https://docs.aws.amazon.com/glue/latest/webapi/API_Operations.html.
"""

from __future__ import annotations

import re
from functools import partial

from embedded.services.aws.glue.common import (
    Output,
    batch_errors,
    list_response,
    name_of,
    open_catalogue,
    refuse_links,
)
from embedded.services.aws.glue.errors import invalid
from embedded.services.aws.glue.store import Body
from embedded.services.aws.protocol.request import Request
from embedded.shared.sqlite import Database


class Tables:
    """Operations on tables and their versions."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create_table(
        self, request: Request, database_name: str, table_input: Body | None = None, catalog_id: str | None = None
    ) -> None:
        """CreateTable.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_CreateTable.html
        """
        open_catalogue(self._db, request, catalog_id).create_table(database_name, _require_input(table_input))

    def update_table(
        self,
        request: Request,
        database_name: str,
        table_input: Body | None = None,
        catalog_id: str | None = None,
        skip_archive: bool = False,
        version_id: str | None = None,
    ) -> None:
        """UpdateTable.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateTable.html
        """
        members = _require_input(table_input)
        catalogue = open_catalogue(self._db, request, catalog_id)
        catalogue.update_table(database_name, members, not skip_archive, version_id)

    def get_table(self, request: Request, database_name: str, name: str, catalog_id: str | None = None) -> Output:
        """GetTable.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_GetTable.html
        """
        return {"Table": open_catalogue(self._db, request, catalog_id).table(database_name, name)}

    def get_tables(
        self,
        request: Request,
        database_name: str,
        expression: str | None = None,
        catalog_id: str | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Output:
        """GetTables.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_GetTables.html
        """
        tables = open_catalogue(self._db, request, catalog_id).tables(database_name)
        if expression:
            pattern = _pattern(expression)
            tables = [table for table in tables if pattern.fullmatch(table["Name"])]
        return list_response("TableList", tables, name_of, next_token, max_results)

    def delete_table(self, request: Request, database_name: str, name: str, catalog_id: str | None = None) -> None:
        """DeleteTable.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteTable.html
        """
        open_catalogue(self._db, request, catalog_id).delete_table(database_name, name)

    def batch_delete_table(
        self, request: Request, database_name: str, tables_to_delete: list[str], catalog_id: str | None = None
    ) -> Output:
        """BatchDeleteTable.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeleteTable.html
        """
        catalogue = open_catalogue(self._db, request, catalog_id)
        catalogue.database(database_name)
        delete = partial(catalogue.delete_table, database_name)
        return {"Errors": batch_errors(tables_to_delete, delete, lambda name: {"TableName": name}, "ErrorDetail")}

    def get_table_version(
        self,
        request: Request,
        database_name: str,
        table_name: str,
        version_id: str | None = None,
        catalog_id: str | None = None,
    ) -> Output:
        """GetTableVersion.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_GetTableVersion.html
        """
        catalogue = open_catalogue(self._db, request, catalog_id)
        version = version_id or catalogue.table(database_name, table_name)["VersionId"]
        return {"TableVersion": _version(catalogue.version(database_name, table_name, version))}

    def get_table_versions(
        self,
        request: Request,
        database_name: str,
        table_name: str,
        catalog_id: str | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Output:
        """GetTableVersions.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_GetTableVersions.html
        """
        tables = open_catalogue(self._db, request, catalog_id).versions(database_name, table_name)
        versions = map(_version, tables)
        return list_response("TableVersions", versions, _newest_first, next_token, max_results)

    def delete_table_version(
        self, request: Request, database_name: str, table_name: str, version_id: str, catalog_id: str | None = None
    ) -> None:
        """DeleteTableVersion.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteTableVersion.html
        """
        open_catalogue(self._db, request, catalog_id).delete_version(database_name, table_name, version_id)

    def batch_delete_table_version(
        self,
        request: Request,
        database_name: str,
        table_name: str,
        version_ids: list[str],
        catalog_id: str | None = None,
    ) -> Output:
        """BatchDeleteTableVersion.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeleteTableVersion.html
        """
        catalogue = open_catalogue(self._db, request, catalog_id)
        catalogue.table(database_name, table_name)
        delete = partial(catalogue.delete_version, database_name, table_name)

        def identify(version: str) -> Body:
            return {"TableName": table_name, "VersionId": version}

        return {"Errors": batch_errors(version_ids, delete, identify, "ErrorDetail")}


def _require_input(table_input: Body | None) -> Body:
    """Check a TableInput. Raises AwsError if it is missing or has links."""
    if table_input is None:
        raise invalid("TableInput is required: Iceberg's own form is not part of the embedded AWS")
    refuse_links(table_input)
    return table_input


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise invalid(f"Expression {text!r} is no regular expression: {error}") from error


def _version(body: Body) -> Body:
    return {"Table": body, "VersionId": body["VersionId"]}


def _newest_first(version: Body) -> int:
    return -int(version["VersionId"])
