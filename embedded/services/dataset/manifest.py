"""Manifests: what is in each file, counted once while it was made, then kept."""

import json
import os
import threading
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from embedded.services.dataset.catalogue import Edition
from embedded.services.dataset.files import GZIP_LEVEL, Gzip, csv
from embedded.services.dataset.profile import Profile
from embedded.services.dataset.trips import VERSION

Manifest = dict[str, Any]


class Manifests:
    """The manifests kept in a folder.

    Parameters:
        folder: where they are kept, one file an edition; may be absent.
    """

    def __init__(self, folder: Path) -> None:
        # Another version of zlib may pack the same CSV into other bytes.
        self._folder = folder / f"v{VERSION}-zlib-{zlib.ZLIB_RUNTIME_VERSION}-{GZIP_LEVEL}"
        self._locks: defaultdict[Edition, threading.Lock] = defaultdict(threading.Lock)

    @classmethod
    def in_home(cls, home: Path) -> Self:
        """The manifests in the state folder of a stack."""
        return cls(home / "dataset" / "manifests")

    def known(self, edition: Edition) -> Manifest | None:
        """The manifest if the file was made before, else None."""
        try:
            return json.loads(self._path(edition).read_text())
        except FileNotFoundError:
            return None

    def of(self, edition: Edition) -> Manifest:
        """The manifest, by making the file if need be (about a second for a million rows)."""
        with self._locks[edition]:
            manifest = self.known(edition)
            if manifest is None:
                for _ in self.packed(edition):
                    pass
                manifest = self.known(edition)
        if manifest is None:
            raise RuntimeError(f"the manifest of {edition.file.name} was removed while it was written")
        return manifest

    def packed(self, edition: Edition) -> Iterator[bytes]:
        """The gzip file in pieces; its manifest is kept when the last piece has been taken."""
        if self._path(edition).exists():
            yield from Gzip().pack(csv(edition))
            return
        tally, gzip = Profile(edition.file), Gzip()
        yield from gzip.pack(csv(edition, watch=tally.add))
        self._keep(edition, tally, gzip)

    def _keep(self, edition: Edition, tally: Profile, gzip: Gzip) -> None:
        manifest = {
            "name": edition.file.name,
            "generated": True,
            "taxi": edition.file.taxi,
            "year": edition.file.year,
            "month": edition.file.month,
            "seed": edition.seed,
            "bytes": gzip.bytes_out,
            "bytes_uncompressed": gzip.bytes_in,
            "crc32": f"{gzip.crc32:08x}",
            **tally.report(),
        }
        path = self._path(edition)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        draft.write_text(json.dumps(manifest))
        draft.replace(path)

    def _path(self, edition: Edition) -> Path:
        return self._folder / f"seed-{edition.seed}" / f"{edition.file.name}.{edition.rows}.json"
