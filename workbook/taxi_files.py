"""What a taxi file holds, counted in the file itself: for sources that publish no manifest."""

from __future__ import annotations

import tempfile
import zlib
from pathlib import Path
from typing import Any

import requests

from workbook import notebook
from workbook.errors import NotFound, SourceFailed
from workbook.web import session

CONNECT_AND_READ_SECONDS = (10, 60)
PIECE_BYTES = 1 << 20
SHOW_EVERY_PIECES = 8
GZIP_WINDOW = zlib.MAX_WBITS | 16
TEXTS = "COALESCE(VendorID, ''), COALESCE(PULocationID, ''), COALESCE(DOLocationID, '')"
TIMES = "TRY_CAST({0}pep_pickup_datetime AS TIMESTAMP), TRY_CAST({0}pep_dropoff_datetime AS TIMESTAMP)"
NUMBERS = "TRY_CAST(fare_amount AS DOUBLE), TRY_CAST(trip_distance AS DOUBLE)"
FIRST_LETTER = {"yellow": "t", "green": "l"}
"""With which the names of a taxi's time columns begin."""


def url_of(base: str, name: str) -> str:
    """Where a file is, as the flows compute it.

    Parameters:
        base: `TAXI_BASE_URL`.
        name: the unpacked file's name, such as `green_tripdata_2020-04.csv`.
    """
    return f"{base}/{name.partition('_')[0]}/{name}.gz"


def counted(url: str) -> dict[str, Any]:
    """Fetch a packed taxi file into a temporary folder and count what is in it.

    Returns:
        As in a manifest: `rows`, `rows_distinct_by_natural_key`, `bytes`, `bytes_uncompressed`.

    Raises:
        NotFound: the source has no such file.
        SourceFailed: the source does not answer, or sends something else.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, url.rpartition("/")[2])
        try:
            sizes = _fetch(url, path)
        except (requests.RequestException, zlib.error) as error:
            raise SourceFailed(f"{url} cannot be fetched to be counted: {error}") from error
        return {**_counts(path), **sizes}


def _fetch(url: str, path: Path) -> dict[str, int]:
    """Save a file and give its sizes, packed and unpacked."""
    packed = unpacked = 0
    unpack = zlib.decompressobj(GZIP_WINDOW)
    with session(url) as http, http.get(url, stream=True, timeout=CONNECT_AND_READ_SECONDS) as answer:
        if not answer.ok:
            raise NotFound(f"The source answers {answer.status_code} for {url}.")
        with path.open("wb") as file:
            for number, piece in enumerate(answer.iter_content(PIECE_BYTES)):
                file.write(piece)
                packed, unpacked = packed + len(piece), unpacked + len(unpack.decompress(piece))
                if notebook.is_live() and number % SHOW_EVERY_PIECES == SHOW_EVERY_PIECES - 1:
                    notebook.show_status(f"counting {path.name} at its source: {packed / 1e6:,.0f} MB")
    if notebook.is_live():
        notebook.show_status("")
    if not unpack.eof:
        raise SourceFailed(f"{url} was cut short: try again.")
    return {"bytes": packed, "bytes_uncompressed": unpacked}


def _counts(path: Path) -> dict[str, int]:
    import duckdb

    key = ", ".join([TEXTS, TIMES.format(FIRST_LETTER[path.name.partition("_")[0]]), NUMBERS])
    rows = f"SELECT count(*), count(DISTINCT hash({key})) FROM read_csv(?, all_varchar = true, header = true)"
    try:
        with duckdb.connect() as database:
            database.execute(rows, [str(path)])
            answer = database.fetchone()
    except duckdb.Error as error:
        raise SourceFailed(f"{path.name} is no taxi file: {str(error).splitlines()[0]}") from error
    assert answer is not None
    return {"rows": answer[0], "rows_distinct_by_natural_key": answer[1]}
