"""Athena's operations on data catalogues, which show Glue's Data Catalog.

Source: https://docs.aws.amazon.com/athena/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from embedded.services.aws.account import ACCOUNT
from embedded.services.aws.athena.errors import invalid_request, missing_metadata
from embedded.services.aws.athena.table_names import CATALOG
from embedded.services.aws.errors import AwsError
from embedded.services.aws.glue.store import Catalogue
from embedded.services.aws.protocol.pages import paginate
from embedded.services.aws.protocol.request import Request
from embedded.shared.sqlite import Database

_PAGE = 50
_CODE = "InvalidRequestException"
Json = dict[str, Any]


class Catalogs:
    """Operations on catalogues.

    Parameters:
        glue: database of the Data Catalog.
    """

    def __init__(self, glue: Database) -> None:
        self._glue = glue

    def list_data_catalogs(
        self, request: Request, next_token: str | None = None, max_results: int = _PAGE, work_group: str | None = None
    ) -> Json:
        """ListDataCatalogs.

        Parameters: as in https://docs.aws.amazon.com/athena/latest/APIReference/API_ListDataCatalogs.html
        """
        del request, work_group, max_results  # there is a single one
        if next_token is not None:
            raise invalid_request("Invalid NextToken")
        summary = {"CatalogName": CATALOG, "Type": "GLUE", "Status": "CREATE_COMPLETE"}
        return {"DataCatalogsSummary": [summary]}

    def get_data_catalog(self, request: Request, name: str, work_group: str | None = None) -> Json:
        """GetDataCatalog.

        Parameters: as in https://docs.aws.amazon.com/athena/latest/APIReference/API_GetDataCatalog.html
        """
        del work_group
        _check(name)
        parameters = {"catalog-id": ACCOUNT}
        return {"DataCatalog": {"Name": CATALOG, "Type": "GLUE", "Parameters": parameters}}

    def list_databases(
        self,
        request: Request,
        catalog_name: str,
        next_token: str | None = None,
        max_results: int = _PAGE,
        work_group: str | None = None,
    ) -> Json:
        """ListDatabases.

        Parameters: as in https://docs.aws.amazon.com/athena/latest/APIReference/API_ListDatabases.html
        """
        del work_group
        _check(catalog_name)
        known = self._catalogue(request).databases()
        page, token = paginate(known, lambda body: body["Name"], next_token, max_results, _CODE)
        return {"DatabaseList": [_database(body) for body in page], "NextToken": token}

    def get_database(
        self, request: Request, catalog_name: str, database_name: str, work_group: str | None = None
    ) -> Json:
        """GetDatabase.

        Parameters: as in https://docs.aws.amazon.com/athena/latest/APIReference/API_GetDatabase.html
        """
        del work_group
        _check(catalog_name)
        try:
            return {"Database": _database(self._catalogue(request).database(database_name))}
        except AwsError as error:
            raise missing_metadata(error.message) from error

    def list_table_metadata(
        self,
        request: Request,
        catalog_name: str,
        database_name: str,
        expression: str | None = None,
        next_token: str | None = None,
        max_results: int = _PAGE,
        work_group: str | None = None,
    ) -> Json:
        """ListTableMetadata.

        Parameters: as in https://docs.aws.amazon.com/athena/latest/APIReference/API_ListTableMetadata.html
        """
        del work_group
        _check(catalog_name)
        try:
            known: Sequence[Mapping[str, Any]] = self._catalogue(request).tables(database_name)
            pattern = re.compile(expression or ".*", re.IGNORECASE)
        except AwsError as error:
            raise missing_metadata(error.message) from error
        except re.error as error:
            raise invalid_request(f"Expression {expression!r} is no regular expression: {error}") from error
        chosen = [table for table in known if pattern.fullmatch(table["Name"])]
        page, token = paginate(chosen, lambda body: body["Name"], next_token, max_results, _CODE)
        return {"TableMetadataList": [_table(body) for body in page], "NextToken": token}

    def get_table_metadata(
        self, request: Request, catalog_name: str, database_name: str, table_name: str, work_group: str | None = None
    ) -> Json:
        """GetTableMetadata.

        Parameters: as in https://docs.aws.amazon.com/athena/latest/APIReference/API_GetTableMetadata.html
        """
        del work_group
        _check(catalog_name)
        try:
            return {"TableMetadata": _table(self._catalogue(request).table(database_name, table_name))}
        except AwsError as error:
            raise missing_metadata(error.message) from error

    def _catalogue(self, request: Request) -> Catalogue:
        return Catalogue(self._glue, request.region)


def _check(name: str) -> None:
    if name.lower() != CATALOG.lower():
        raise invalid_request(f"Data Catalog {name} was not found")


def _database(body: Mapping[str, Any]) -> Json:
    return {key: body[key] for key in ("Name", "Description", "Parameters") if body.get(key)}


def _table(body: Mapping[str, Any]) -> Json:
    storage = body.get("StorageDescriptor", {})
    parameters = {**body.get("Parameters", {}), **_storage(storage)}
    return {
        "Name": body["Name"],
        "CreateTime": body.get("CreateTime"),
        "LastAccessTime": body.get("LastAccessTime"),
        "TableType": body.get("TableType"),
        "Columns": [_column(body) for body in storage.get("Columns", [])],
        "PartitionKeys": [_column(body) for body in body.get("PartitionKeys", [])],
        "Parameters": parameters,
    }


def _storage(storage: Mapping[str, Any]) -> dict[str, str]:
    """The storage of a table, as Athena lists it among the parameters."""
    serde = storage.get("SerdeInfo", {})
    members = {
        "location": storage.get("Location"),
        "inputformat": storage.get("InputFormat"),
        "outputformat": storage.get("OutputFormat"),
        "serde.serialization.lib": serde.get("SerializationLibrary"),
    }
    settings = {f"serde.param.{key}": value for key, value in serde.get("Parameters", {}).items()}
    return {key: value for key, value in {**members, **settings}.items() if value}


def _column(column: Mapping[str, Any]) -> Json:
    return {key: column[key] for key in ("Name", "Type", "Comment") if column.get(key)}
