"""Views in the catalogue: JSON in base64 inside a comment, in Presto's format.

Source: https://docs.aws.amazon.com/athena/latest/ug/views.html; `aws glue get-table` shows the format.
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
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.table_names import CATALOG, Table
from embedded.sql_engine.errors import Reason
from embedded.sql_engine.types import Type

_TEXT = re.compile(r"/\* Presto View: (\S+) \*/")


@dataclass(frozen=True)
class View:
    """A view.

    Parameters:
        sql: text of its query.
        database: default database of its query.
        columns: names and Trino's types.
    """

    sql: str
    database: str
    columns: Sequence[tuple[str, str]]


def parse_view(table: Table) -> View:
    """Parse a view of the catalogue.

    Raises:
        SqlError: the view is not Athena's.
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


def view_input(name: str, sql: str, database: str, columns: Sequence[tuple[str, Type]]) -> dict[str, Any]:
    """A view in the shape of Glue's TableInput.

    Parameters:
        name: name of the view.
        sql: text of its query.
        database: default database of its query.
        columns: names and types.
    """
    kept = {
        "originalSql": sql,
        "catalog": CATALOG.lower(),
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
    """A type of the catalogue; `string` for types that tables do not have, as in Athena."""
    try:
        return typenames.hive(of)
    except typenames.UnknownType:
        return "string"
