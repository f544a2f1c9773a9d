"""A client of Cloud Storage, to inspect the data that flows have loaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import google.cloud.storage as storage
import pandas as pd
from google.cloud.storage.retry import DEFAULT_RETRY

from workbook.errors import NotFound
from workbook.settings import Settings
from workbook.stores.google import ANSWER_SECONDS, RETRY_SECONDS, Account, account, translate_errors

GOOGLE = "https://storage.googleapis.com"
RETRY = DEFAULT_RETRY.with_timeout(RETRY_SECONDS)
OPTIONS = {"retry": RETRY, "timeout": ANSWER_SECONDS}


class Gcs:
    """One project's buckets.

    Every method raises `ServerDown` when nothing answers, `WrongPassword` when the key is refused, `NotFound` when a
    bucket or an object does not exist, and `QueryFailed` with Google's own words for any other mistake.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __repr__(self) -> str:
        return f"Gcs({self._account.address}, project {self._account.project})"

    @cached_property
    def client(self) -> storage.Client:
        """Google's own client, for whatever has no method here; it raises its own errors."""
        return storage.Client(**self._account.options())

    def ping(self) -> None:
        """Check that the server answers and accepts the key."""
        with self._translate_errors():
            next(iter(self.client.list_buckets(max_results=1, **OPTIONS)), None)

    def close(self) -> None:
        """Close the connections."""
        if "client" in self.__dict__:
            self.client.close()

    def buckets(self) -> list[str]:
        """The names of the buckets."""
        with self._translate_errors():
            return [bucket.name for bucket in self.client.list_buckets(**OPTIONS)]

    def objects(self, bucket: str, prefix: str = "") -> pd.DataFrame:
        """The objects of a bucket whose names begin with a prefix: columns `name`, `bytes` and `modified`."""
        with self._translate_errors():
            blobs = list(self.client.list_blobs(bucket, prefix=prefix, **OPTIONS))
        rows = [(blob.name, blob.size, blob.updated) for blob in blobs]
        return pd.DataFrame(rows, columns=["name", "bytes", "modified"])

    def read(self, bucket: str, name: str) -> bytes:
        """The content of an object."""
        with self._translate_errors():
            content: bytes = self.client.bucket(bucket).blob(name).download_as_bytes(**OPTIONS)
        return content

    def upload(self, source: str | Path | bytes, bucket: str, name: str) -> str:
        """Put a file into an existing bucket, and return the object's address, gs://bucket/name.

        Parameters:
            source: the file's path, or its content.
            bucket, name: where it goes.

        Raises:
            NotFound: there is no such file here.
        """
        if not isinstance(source, bytes) and not Path(source).is_file():
            raise NotFound(f"There is no file {source} to upload.")
        content = source if isinstance(source, bytes) else Path(source).read_bytes()
        with self._translate_errors():
            self.client.bucket(bucket).blob(name).upload_from_string(content, **OPTIONS)
        return f"gs://{bucket}/{name}"

    def delete(self, bucket: str, prefix: str) -> int:
        """Delete the objects of a bucket whose names begin with a prefix, and return their number.

        Parameters:
            prefix: a whole name, or the beginning of several; "" stands for all.
        """
        with self._translate_errors():
            blobs = list(self.client.list_blobs(bucket, prefix=prefix, **OPTIONS))
            for blob in blobs:
                blob.delete(**OPTIONS)
        return len(blobs)

    def drop(self, bucket: str) -> bool:
        """Delete a bucket with all that is in it; say whether there was one."""
        with self._translate_errors():
            if self.client.lookup_bucket(bucket, **OPTIONS) is None:
                return False
            self.delete(bucket, "")
            self.client.bucket(bucket).delete(**OPTIONS)
        return True

    @cached_property
    def _account(self) -> Account:
        return account(self._settings, self._settings.storage_emulator_host, GOOGLE)

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        with translate_errors("Cloud Storage", self._settings, self._account):
            yield
