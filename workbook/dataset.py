"""The local data server: what is in the generated files."""

from __future__ import annotations

from typing import Any

import requests

from workbook.errors import NotFound, ServerDown, StackError
from workbook.settings import Settings
from workbook.web import session

# The manifest of a file is made with the file: the first time, all of them take a while.
SECONDS = (5, 120)


class Dataset:
    """The manifests of the generated taxi files."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def manifest(self, name: str | None = None, *, taxi: str | None = None, year: int | None = None) -> dict[str, Any]:
        """What the files hold: rows, bytes, duplicates, nulls.

        Parameters:
            name: one file, such as `green_tripdata_2020-04.csv.gz`; then its manifest alone.
            taxi, year: only these files; the manifests are in `files`, by name.

        Raises:
            StackError: this stack has no data server.
            NotFound: no such file.
            ServerDown: the server does not answer.
        """
        url = self._settings.dataset_url
        if not url:
            raise StackError("This stack reads the public taxi files, which have no manifest (DATASET_URL is not set).")
        path = f"/manifest/{name}.json" if name else "/manifest.json"
        asked = {key: value for key, value in {"taxi": taxi, "year": year}.items() if value}
        try:
            answer = session(url).get(url + path, params=asked, timeout=SECONDS)
        except requests.RequestException as error:
            raise ServerDown("The data server", url, "no connection", self._settings.stack) from error
        if not answer.ok:
            raise NotFound(f"The data server has no manifest of {name or asked}: {answer.text.strip()}")
        return answer.json()
