"""Glue's operations on databases of the Data Catalog.

Source: https://docs.aws.amazon.com/glue/latest/webapi/API_Operations.html.
"""

from __future__ import annotations

from embedded.services.aws.glue.common import Output, list_response, name_of, open_catalogue, refuse_links
from embedded.services.aws.glue.errors import invalid
from embedded.services.aws.glue.store import Body
from embedded.services.aws.protocol.request import Request
from embedded.shared.sqlite import Database


class Databases:
    """Operations on databases."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create_database(self, request: Request, database_input: Body, catalog_id: str | None = None) -> None:
        """CreateDatabase.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_CreateDatabase.html
        """
        refuse_links(database_input)
        open_catalogue(self._db, request, catalog_id).create_database(database_input)

    def get_database(self, request: Request, name: str, catalog_id: str | None = None) -> Output:
        """GetDatabase.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_GetDatabase.html
        """
        return {"Database": open_catalogue(self._db, request, catalog_id).database(name)}

    def get_databases(
        self,
        request: Request,
        catalog_id: str | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Output:
        """GetDatabases.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_GetDatabases.html
        """
        databases = open_catalogue(self._db, request, catalog_id).databases()
        return list_response("DatabaseList", databases, name_of, next_token, max_results)

    def update_database(self, request: Request, name: str, database_input: Body, catalog_id: str | None = None) -> None:
        """UpdateDatabase.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateDatabase.html
        """
        refuse_links(database_input)
        if database_input["Name"].lower() != name.lower():
            raise invalid("A database cannot be renamed")
        open_catalogue(self._db, request, catalog_id).update_database(name, database_input)

    def delete_database(self, request: Request, name: str, catalog_id: str | None = None) -> None:
        """DeleteDatabase.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteDatabase.html
        """
        open_catalogue(self._db, request, catalog_id).delete_database(name)
