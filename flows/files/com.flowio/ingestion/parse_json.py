"""Task parse of s3-json-ingestion: brings each match of each search into the columns of the table."""

import csv
import json
import math
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from kestra import Kestra

from ingestion.columns import MATCH, MATCH_ID, match_schema
from ingestion.frame import Rejected, refusal
from ingestion.matches import FEATURES, Match, Search, matches_of
from ingestion.vectors import title_vector
from stores.index_names import daily_index

LARGEST_BYTES = 64_000_000

Row = dict[str, Any]
Reject = tuple[str, str]
"""The place in the document, and the reason."""


def read_searches(file: Path, source: str) -> list[Any]:
    """The searches of a file.

    Parameters:
        file: on this machine.
        source: the file's address, for messages.

    Raises:
        SystemExit: it cannot be read.
    """
    size = file.stat().st_size
    if size > LARGEST_BYTES:
        raise refusal(source, f"it has {size:,} bytes, and {LARGEST_BYTES:,} are the most: split it.")
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except RecursionError:
        raise refusal(source, "it is nested too deeply.") from None
    except ValueError as error:  # also what is not UTF-8
        raise refusal(source, f"it is not JSON: {error}.") from None
    document = [document] if isinstance(document, dict) else document
    if not isinstance(document, list):
        raise refusal(source, f"it holds a {type(document).__name__} and not an array of searches.")
    return document


def parse(searches: Iterable[Any]) -> tuple[list[Row], list[Reject]]:
    """The rows of all searches, and what cannot be right."""
    rows: dict[str, Row] = {}
    rejects: list[Reject] = []
    for number, entry in enumerate(searches):
        try:
            search = Search.of(entry)
        except Rejected as reason:
            rejects.append((f"[{number}]", str(reason)))
            continue
        for feature, place, raw in _raw_matches(entry["api_response"]):
            try:
                row = row_of(Match.of(search, feature, raw, place))
                if row["id"] in rows:
                    raise Rejected("an earlier match of this search has the same position")
                rows[row["id"]] = row
            except Rejected as reason:
                rejects.append((f"[{number}].api_response.{feature}[{place - 1}]", str(reason)))
    return list(rows.values()), rejects


def row_of(match: Match) -> Row:
    """A match in the columns of the table.

    Raises:
        Rejected: it cannot be right; the text says why.
    """
    return {column.name: column.read(match) for column in (MATCH_ID, *MATCH) if column.read}


def write_rows(rows: Iterable[Row], table: str) -> None:
    """Write the rows for the stores: `rows.ion` (a JSON object a line is Ion as well), `bulk.ndjson`, `points.ndjson`.

    Parameters:
        table: whose daily indices Elasticsearch is to fill.
    """
    with (
        Path("rows.ion").open("w") as ion,
        Path("bulk.ndjson").open("w") as bulk,
        Path("points.ndjson").open("w") as points,
    ):
        for row in rows:
            _write(ion, {**row, "extensions": json.dumps(row["extensions"])})
            _write(bulk, {"index": {"_index": daily_index(table, row["timestamp"]), "_id": row["id"]}}, row)
            vector = title_vector(row["title"] or row["feature_type"])
            _write(points, {"id": row["id"], "vector": vector, "payload": row})


def write_rejects(rejects: Iterable[Reject]) -> None:
    """Write `rejects.csv`."""
    with Path("rejects.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("where", "reason"), *rejects])


def main() -> None:
    """Parse `source.json` and publish how many rows there are and what their prices add up to."""
    rows, rejects = parse(read_searches(Path("source.json"), os.environ["SOURCE"]))
    write_rows(rows, os.environ["TABLE"])
    write_rejects(rejects)
    for where, reason in rejects[:5]:
        print(f"{where} is rejected: {reason}")
    print(f"{len(rows):,} results are good, {len(rejects):,} are rejected")
    prices = [row["extracted_price"] for row in rows if row["extracted_price"] is not None]
    total = len(rows) + len(rejects)
    Kestra.outputs(
        {
            "rows": len(rows),
            "rejected": len(rejects),
            "rejected_percent": 100 * len(rejects) / total if total else 0,
            "price_sum": round(math.fsum(prices), 2),
            "schema": match_schema(),
        }
    )
    Kestra.counter("rows", len(rows), {"kind": "accepted"})
    Kestra.counter("rows", len(rejects), {"kind": "rejected"})


def _raw_matches(response: dict[str, Any]) -> Iterator[tuple[str, int, Any]]:
    """The feature, the place from 1, and the JSON of each match."""
    for feature in FEATURES:
        for place, raw in enumerate(matches_of(response, feature), 1):
            yield feature, place, raw


def _write(file: IO[str], *objects: object) -> None:
    file.writelines(f"{json.dumps(one)}\n" for one in objects)


if __name__ == "__main__":
    main()
