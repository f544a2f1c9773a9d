"""The bucket of the ingested months."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from insightflow_ingestion.download import SetError

UPLOADS_AT_ONCE = 8


class Bucket:
    """A bucket of S3.

    Parameters:
        name: of the bucket.
        client: client of S3; by default with the credentials that AWS's own tools find.
    """

    def __init__(self, name: str, client: Any = None) -> None:
        self._name = name
        self._client = client or boto3.client("s3")

    def put(self, prefix: str, files: Iterable[tuple[str, Path]]) -> int:
        """Write files over existing objects. A file whose bytes the bucket already has is not sent again.

        Parameters:
            prefix: beginning of all keys.
            files: keys, each with its file.

        Returns:
            The number of files sent.

        Raises:
            SetError: the bucket refused one.
        """
        try:
            there = self._digests(prefix)
            changed = [(key, body) for key, file in files if _digest(body := file.read_bytes()) != there.get(key)]
            with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
                list(pool.map(self._put, changed))
        except (ClientError, BotoCoreError) as error:
            raise SetError(f"the bucket {self._name} cannot be written: {error}") from error
        return len(changed)

    def _put(self, item: tuple[str, bytes]) -> None:
        key, body = item
        self._client.put_object(Bucket=self._name, Key=key, Body=body, ContentType="application/vnd.apache.parquet")

    def _digests(self, prefix: str) -> dict[str, str]:
        """The ETag of each object: its MD5, except with some kinds of encryption."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=prefix)
        return {item["Key"]: item["ETag"].strip('"') for page in pages for item in page.get("Contents", [])}


def _digest(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()
