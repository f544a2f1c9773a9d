"""CSV files, their lines and cells."""

import csv
import io
import json
from typing import Any


def document(rows: list[dict[str, Any]]) -> str:
    """Rows as a whole file. Its columns are those of any row, as a row need not have all."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return "".join([line(columns), *(line([cell(row.get(column)) for column in columns]) for row in rows)])


def line(cells: list[str]) -> str:
    """Cells as a line, quoted where they must be."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def cell(value: Any) -> str:
    """A value as a cell: texts as they are, nothing for None, JSON for all else."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
