"""One collection: the engine's shard with its settings and its lock."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import qdrant_edge as edge

from embedded.services.qdrant import schema
from embedded.services.qdrant.body import Json
from embedded.services.qdrant.points import Change
from embedded.shared.memory import mapped_bytes
from embedded.shared.paths import ROOT

log = logging.getLogger(__name__)

_SETTINGS = "collection.json"
MAPPED_BYTES = 256 << 20
"""Memory that a collection's files may take, beyond what they take when it is opened; see `Collection`."""


class Collection:
    """A collection on disk, open.

    New points are in a segment that holds its payload indexes in memory, a kilobyte or more a point. After
    `schema.SEGMENT_POINTS` changes the engine's optimiser, in a process of its own (it would stop all threads of
    this one), makes files of them that are mapped; opened again, the collection takes hardly any memory of its own.

    What is read of mapped files counts as this process's memory until they are unmapped, so a collection that has
    been read through is opened again; what the system has cached of the files stays there.
    """

    def __init__(self, folder: Path, name: str, settings: dict[str, Json], shard: edge.EdgeShard) -> None:
        """Use `create` or `load`."""
        self.name = name
        self.settings = settings
        self._folder = folder
        self._shard: edge.EdgeShard | None = shard
        self._lock = threading.Lock()
        self._operations = 0
        self._pending = shard.info().points_count - shard.info().indexed_vectors_count
        self._mapped = mapped_bytes()

    @classmethod
    def create(cls, folder: Path, name: str, settings: dict[str, Json]) -> Collection:
        """Create a collection in a new folder. It exists as soon as its settings are written.

        Parameters:
            folder: of the collection.
            name: of the collection.
            settings: as `schema.check_new` returns them.
        """
        data = folder / "shard"
        data.mkdir(parents=True)
        shard = edge.EdgeShard.create(str(data), schema.engine_config(settings))
        collection = cls(folder, name, settings, shard)
        collection._save()
        return collection

    @classmethod
    def load(cls, folder: Path) -> Collection | None:
        """Open a collection; None for a folder without a complete one."""
        file = folder / _SETTINGS
        if not file.exists():
            return None
        stored = json.loads(file.read_text())
        shard = edge.EdgeShard.load(str(folder / "shard"), schema.engine_config(stored["settings"]))
        return cls(folder, stored["name"], stored["settings"], shard)

    def read(self, query: Callable[[edge.EdgeShard, Json], Json], body: Json) -> Json:
        """The result of a query on the shard."""
        with self._open() as shard:
            return query(shard, body)

    def update(self, changes: Sequence[Change]) -> list[int]:
        """Apply changes, each of them durable when this returns. Gives the operations' numbers."""
        numbers = []
        with self._open() as shard:
            for change in changes:
                shard.update(change.operation)
                self._operations += 1
                self._pending += change.points
                numbers.append(self._operations)
            if self._pending >= schema.SEGMENT_POINTS:
                self._compact()
        return numbers

    def change(self, settings: dict[str, Json]) -> None:
        """Replace the settings."""
        with self._open():
            self.settings = settings
            self._save()
            self._reopen(lambda: None)

    def info(self) -> Json:
        """The description of the collection: https://api.qdrant.tech/api-reference/collections/get-collection."""
        with self._open() as shard:
            status = shard.info()
        return {
            "status": "green",
            "optimizer_status": "ok",
            "indexed_vectors_count": status.indexed_vectors_count,
            "points_count": status.points_count,
            "segments_count": status.segments_count,
            "config": schema.config_json(self.settings),
            "payload_schema": {name: schema.index_json(index) for name, index in status.payload_schema.items()},
        }

    def close(self) -> None:
        """Write everything to disk and close the shard."""
        with self._lock:
            if self._shard:
                self._shard.flush()
                self._shard.close()
                self._shard = None

    def drop(self) -> None:
        """Delete the collection."""
        self.close()
        (self._folder / _SETTINGS).unlink()  # from now on it is deleted, even if this process is killed
        shutil.rmtree(self._folder)

    @contextmanager
    def _open(self) -> Iterator[edge.EdgeShard]:
        with self._lock:
            if self._shard is None:
                raise RuntimeError(f"Service internal error: the collection {self.name} is closed")
            yield self._shard
            if mapped_bytes() - self._mapped > MAPPED_BYTES:
                self._reopen(lambda: None)

    def _compact(self) -> None:
        command = [sys.executable, "-m", "embedded.services.qdrant.compaction", str(self._folder / "shard")]

        def optimise() -> None:
            done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=False)
            if done.returncode:
                log.error("%s could not be compacted: %s", self.name, done.stderr.decode(errors="replace")[-500:])

        self._reopen(optimise)
        self._pending = 0

    def _reopen(self, between: Callable[[], Any]) -> None:
        """Close the shard, do something, and open it again by the settings. What cannot be written leaves it open."""
        if self._shard:
            self._shard.flush()
        shard, self._shard = self._shard, None
        if shard:
            shard.close()
        del shard
        between()
        self._shard = edge.EdgeShard.load(str(self._folder / "shard"), schema.engine_config(self.settings))
        self._mapped = mapped_bytes()

    def _save(self) -> None:
        fresh = self._folder / f"{_SETTINGS}.new"
        with fresh.open("w") as file:
            json.dump({"name": self.name, "settings": self.settings}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._folder / _SETTINGS)
