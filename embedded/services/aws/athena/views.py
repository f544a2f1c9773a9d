"""Views as Athena keeps them in the catalogue: JSON in base64, in a comment, as Presto does.

The form is described at https://prestodb.io/docs/current/ (Hive connector) and can be seen with `aws glue get-table`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from embedded.services.aws.athena import typenames
from embedded.services.aws.athena.catalog import NAME, Table
from embedded.services.aws.athena.errors import Failure
from embedded.sql_engine.errors import Reason
from embedded.sql_engine.types import Type

_TEXT = re.compile(r"/\* Presto View: (\S+) \*/")


@dataclass(frozen=True)
class View:
    """A view.

    Parameters:
        sql: its query.
        database: where names without one are looked up.
        columns: names and types, as Trino writes them.
    """

    sql: str
    database: str
    columns: Sequence[tuple[str, str]]


def read(table: Table) -> View:
    """A view of the catalogue.

    Raises:
        SqlError: it was not made by Athena.
    """
    match = _TEXT.fullmatch((table.get("ViewOriginalText") or "").strip())
    try:
        kept = json.loads(base64.b64decode(match[1])) if match else None
    except (binascii.Error, ValueError):
        kept = None
    if not isinstance(kept, dict):
        message = f"{table['DatabaseName']}.{table['Name']} is no view of Athena"
        raise Failure("INVALID_VIEW", message, reason=Reason.UNSUPPORTED)
    columns = [(column["name"].lower(), column["type"]) for column in kept["columns"]]
    return View(kept["originalSql"], kept.get("schema") or table["DatabaseName"], columns)


def table_input(name: str, sql: str, database: str, columns: Sequence[tuple[str, Type]]) -> dict[str, Any]:
    """What to put into the catalogue for a view.

    Parameters:
        name: of the view.
        sql: its query.
        database: where names without one are looked up.
        columns: what it gives.
    """
    kept = {
        "originalSql": sql,
        "catalog": NAME.lower(),
        "schema": database,
        "columns": [{"name": column, "type": typenames.trino(of)} for column, of in columns],
        "runAsInvoker": False,
        "properties": {},
    }
    encoded = base64.b64encode(json.dumps(kept).encode()).decode()
    return {
        "Name": name,
        "TableType": "VIRTUAL_VIEW",
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
        "ViewOriginalText": f"/* Presto View: {encoded} */",
        "ViewExpandedText": "/* Presto View */",
        "PartitionKeys": [],
        "StorageDescriptor": {
            "Columns": [{"Name": column, "Type": _hive(of)} for column, of in columns],
            "Location": "",
            "Compressed": False,
            "NumberOfBuckets": 0,
            "SerdeInfo": {},
            "StoredAsSubDirectories": False,
        },
    }


def _hive(of: Type) -> str:
    """A type for the catalogue; those that tables do not have are told as texts, as Athena does."""
    try:
        return typenames.hive(of)
    except typenames.UnknownType:
        return "string"
