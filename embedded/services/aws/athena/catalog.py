"""The catalogue as a query sees it: the database may be left out, and what is missing is told in Trino's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.errors import AwsError
from embedded.services.aws.glue.store import Catalogue
from embedded.sql_engine.errors import Reason

NAME = "AwsDataCatalog"
Table = Mapping[str, Any]


class Names:
    """Resolves the names of one query.

    Parameters:
        catalogue: of the region.
        database: the one that is meant where none is written.
    """

    def __init__(self, catalogue: Catalogue, database: str) -> None:
        self.catalogue = catalogue
        self.database = database.lower()

    def split(self, parts: Sequence[str], start: int | None = None) -> tuple[str, str]:
        """Database and name, in lower case, of a name of up to three parts.

        Raises:
            SqlError: it has more, or is of another catalogue.
        """
        if len(parts) > 3:
            raise Failure("SYNTAX_ERROR", f"Too many dots in table name: {'.'.join(parts)}", start)
        if len(parts) == 3 and parts[0].lower() != NAME.lower():
            raise Failure("CATALOG_NOT_FOUND", f"Catalog '{parts[0]}' does not exist", start)
        database = parts[-2].lower() if len(parts) > 1 else self.database
        return database, parts[-1].lower()

    def has_database(self, name: str) -> bool:
        """Whether there is a database."""
        try:
            self.catalogue.database(name)
        except AwsError:
            return False
        return True

    def find(self, database: str, name: str) -> Table | None:
        """A table or a view, or None."""
        try:
            return self.catalogue.table(database, name)
        except AwsError:
            return None

    def table(self, database: str, name: str, start: int | None = None) -> Table:
        """A table or a view.

        Raises:
            SqlError: SCHEMA_NOT_FOUND, TABLE_NOT_FOUND.
        """
        self.require_database(database, start)
        found = self.find(database, name)
        if found is None:
            message = f"Table '{NAME.lower()}.{database}.{name}' does not exist"
            raise Failure("TABLE_NOT_FOUND", message, start, Reason.NOT_FOUND)
        return found

    def require_database(self, name: str, start: int | None = None) -> None:
        """Raise SqlError if there is no such database."""
        if not self.has_database(name):
            raise Failure("SCHEMA_NOT_FOUND", f"Schema '{name}' does not exist", start, Reason.NOT_FOUND)

    def partitions(self, table: Table) -> list[Table]:
        """The partitions of a table."""
        return list(self.catalogue.partitions(table["DatabaseName"], table["Name"]).all())


def is_view(table: Table) -> bool:
    """Whether it has no files of its own."""
    return table.get("TableType") == "VIRTUAL_VIEW"
