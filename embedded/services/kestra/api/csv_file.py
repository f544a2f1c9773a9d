"""Lines and cells of CSV files."""

import csv
import io
import json
from typing import Any


def line(cells: list[str]) -> str:
    """Cells as a line, quoted where they must be."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def cell(value: Any) -> str:
    """A value as a cell: texts as they are, nothing for None, JSON for all else."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
