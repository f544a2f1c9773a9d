"""The local data server: generated files, and what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import requests

from workbook import taxi_files
from workbook.errors import NotFound, ServerDown, StackError
from workbook.settings import Settings
from workbook.web import session

# The manifest of a file is made with the file: the first time, all of them take a while.
SECONDS = (5, 120)
METRICS = "metrics.csv"
PIECE_BYTES = 1 << 20
IN_DOCKER = (
    "\nTo read generated files instead, put FLOWS_DATASET_URL=http://dataset:8090 into .env, and then:  "
    "docker compose up -d dataset kestra"
)


class Dataset:
    """The generated files of the lessons, and their manifests.

    Every method raises `StackError` when this stack has no data server, `ServerDown` when it does not answer, and
    `NotFound` when it has no such file.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._counted: dict[str, dict[str, Any]] = {}

    @cached_property
    def _session(self) -> requests.Session:
        return session(str(self._settings.dataset_url))

    def ping(self) -> None:
        """Check that the server answers, where the stack has one."""
        if self._settings.dataset_url:
            self._get("/health")

    def close(self) -> None:
        """Close the connections."""
        if "_session" in self.__dict__:
            self._session.close()

    def manifest(self, name: str | None = None, *, taxi: str | None = None, year: int | None = None) -> dict[str, Any]:
        """What the files hold: rows, bytes, duplicates, nulls.

        Parameters:
            name: one file, such as `green_tripdata_2020-04.csv.gz`; then its manifest alone.
            taxi, year: only these files; the manifests are in `files`, by name.
        """
        path = f"/manifest/{name}.json" if name else "/manifest.json"
        manifest: dict[str, Any] = self._get(path, taxi=taxi, year=year).json()
        return manifest

    def source(self, file: str) -> dict[str, Any]:
        """What the source has of a taxi file that flows load, wherever `TAXI_BASE_URL` is.

        Generated files have a manifest. Any other file is fetched, once in a process, and counted.

        Parameters:
            file: the unpacked file's name, such as `green_tripdata_2020-04.csv`.

        Returns:
            `rows`, `rows_distinct_by_natural_key`, `bytes` (packed) and `bytes_uncompressed`; a manifest has more.

        Raises:
            SourceFailed: the source does not answer, or sends something else.
        """
        if self._settings.generated_data:
            return self.manifest(f"{file}.gz")
        if file not in self._counted:
            self._counted[file] = taxi_files.counted(taxi_files.url_of(self._settings.taxi_base_url, file))
        return self._counted[file]

    def fault(self, kind: str) -> str:
        """The address, as flows reach it, of taxi files with a fault, to put in place of `TAXI_BASE_URL`.

        Parameters:
            kind: `truncated` or `missing-column`.
        """
        return self._settings.for_flows(f"{self._own_url()}/faults/{kind}")

    def metrics(self, rows: int | None = None, to: str | Path = ".") -> Path:
        """Save generated sensor readings as `metrics.csv`, and return the file's path.

        Parameters:
            rows: how many readings; some 15,000 if None.
            to: the folder; it is created if it does not exist.
        """
        folder = Path(to)
        folder.mkdir(parents=True, exist_ok=True)
        answer = self._get("/metrics.csv", rows=rows)
        with answer, self._answering(), (folder / METRICS).open("wb") as file:
            for piece in answer.iter_content(PIECE_BYTES):
                file.write(piece)
        return folder / METRICS

    def metrics_manifest(self, rows: int | None = None) -> dict[str, Any]:
        """What the readings of `metrics` hold: rows, devices, first and last moment, rows and sum of each metric."""
        manifest: dict[str, Any] = self._get("/metrics.json", rows=rows).json()
        return manifest

    def lens(self, number: int) -> bytes:
        """A generated answer of an image search, as JSON; each number, from 0, gives another one."""
        return self._get(f"/lens/{number}.json").content

    def _own_url(self) -> str:
        url = self._settings.dataset_url
        if not url:
            raise StackError(
                "This stack has no data server (DATASET_URL is not set): it reads the public taxi files, which have "
                "no manifest, and generates nothing." + (IN_DOCKER if self._settings.stack == "docker" else "")
            )
        return url

    def _get(self, path: str, **asked: Any) -> requests.Response:
        url = self._own_url()
        with self._answering():
            answer = self._session.get(url + path, params=asked, timeout=SECONDS, stream=path.endswith(".csv"))
        if not answer.ok:
            raise NotFound(f"The data server has no {path.lstrip('/')}: {_message(answer)}")
        return answer

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except requests.RequestException as error:
            url, stack = str(self._settings.dataset_url), self._settings.stack
            raise ServerDown("The data server", url, "no connection", stack, "dataset", "DATASET_URL") from error


def _message(answer: requests.Response) -> str:
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError):
        return answer.text.strip()
