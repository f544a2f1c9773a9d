"""Resolves names of tables in queries, with Trino's errors for missing ones.

Source: https://docs.aws.amazon.com/athena/latest/ug/tables-databases-columns-names.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.errors import AwsError
from embedded.services.aws.glue.store import Catalogue
from embedded.sql_engine.errors import Reason

CATALOG = "AwsDataCatalog"
Table = Mapping[str, Any]


class TableNames:
    """Resolves the names of a query.

    Parameters:
        catalogue: catalogue of the region.
        database: default database.
    """

    def __init__(self, catalogue: Catalogue, database: str) -> None:
        self.catalogue = catalogue
        self.database = database.lower()

    def split(self, parts: Sequence[str], start: int | None = None) -> tuple[str, str]:
        """Split a name of up to three parts into database and table, in lower case.

        Parameters:
            parts: parts of the name.
            start: offset of the name in the statement, for errors.

        Raises:
            SqlError: the name has more parts, or belongs to another catalogue.
        """
        if len(parts) > 3:
            raise Failure("SYNTAX_ERROR", f"Too many dots in table name: {'.'.join(parts)}", start)
        if len(parts) == 3 and parts[0].lower() != CATALOG.lower():
            raise Failure("CATALOG_NOT_FOUND", f"Catalog '{parts[0]}' does not exist", start)
        database = parts[-2].lower() if len(parts) > 1 else self.database
        return database, parts[-1].lower()

    def has_database(self, name: str) -> bool:
        """Whether a database exists."""
        try:
            self.catalogue.database(name)
        except AwsError:
            return False
        return True

    def find(self, database: str, name: str) -> Table | None:
        """A table or a view; None if there is none."""
        try:
            return self.catalogue.table(database, name)
        except AwsError:
            return None

    def table(self, database: str, name: str, start: int | None = None) -> Table:
        """A table or a view.

        Parameters:
            database: its database.
            name: its name.
            start: offset of the name in the statement, for errors.

        Raises:
            SqlError: SCHEMA_NOT_FOUND, TABLE_NOT_FOUND.
        """
        self.require_database(database, start)
        table = self.find(database, name)
        if table is None:
            message = f"Table '{CATALOG.lower()}.{database}.{name}' does not exist"
            raise Failure("TABLE_NOT_FOUND", message, start, Reason.NOT_FOUND)
        return table

    def require_database(self, name: str, start: int | None = None) -> None:
        """Check that a database exists; raises SqlError if not."""
        if not self.has_database(name):
            raise Failure("SCHEMA_NOT_FOUND", f"Schema '{name}' does not exist", start, Reason.NOT_FOUND)

    def partitions(self, table: Table) -> list[Table]:
        """The partitions of a table."""
        return list(self.catalogue.partitions(table["DatabaseName"], table["Name"]).all())


def is_view(table: Table) -> bool:
    """Whether a table is a view."""
    return table.get("TableType") == "VIRTUAL_VIEW"
