"""S3: where files are dropped and picked up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from botocore.exceptions import ClientError

from workbook.errors import NotFound, QueryFailed, WorkbookError
from workbook.settings import Settings
from workbook.stores import aws

MISSING = {"NoSuchBucket": "bucket", "NoSuchKey": "object"}
HOME_REGION = "us-east-1"
"""The one region that must not be named when a bucket is made."""


class S3:
    """One account's buckets.

    Every method raises `ServerDown` when nothing answers, `WrongPassword` when the keys are refused, `NotFound` when a
    bucket or an object does not exist, and `QueryFailed` with the server's own words for any other mistake.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __repr__(self) -> str:
        return f"S3({aws.address(self._settings, 's3')})"

    @cached_property
    def client(self) -> Any:
        """The client of boto3, for whatever has no method here; it raises its own errors."""
        style = "path" if self._settings.aws_endpoint_url else "auto"
        with self._translate_errors():
            return aws.client(self._settings, "s3", self._settings.aws_region, s3={"addressing_style": style})

    def ping(self) -> None:
        """Check that the server answers and accepts the keys."""
        with self._translate_errors():
            self.client.list_buckets()

    def close(self) -> None:
        """Close the connections."""
        if "client" in self.__dict__:
            self.client.close()

    def upload(self, source: str | Path | bytes, bucket: str, key: str) -> str:
        """Put a file into a bucket, which is created if it does not exist, and return the object's address, s3://bucket/key.

        Parameters:
            source: the file's path, or its content.
            bucket, key: where it goes.

        Raises:
            NotFound: there is no such file here.
        """
        if not isinstance(source, bytes) and not Path(source).is_file():
            raise NotFound(f"There is no file {source} to upload.")
        self._make(bucket)
        with self._translate_errors(bucket, key):
            if isinstance(source, bytes):
                self.client.put_object(Bucket=bucket, Key=key, Body=source)
            else:
                self.client.upload_file(str(source), bucket, key)
        return f"s3://{bucket}/{key}"

    def keys(self, bucket: str, prefix: str = "") -> pd.DataFrame:
        """The objects of a bucket whose keys begin with a prefix, by key: columns `key`, `bytes` and `modified`."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        with self._translate_errors(bucket):
            objects = [entry for page in pages for entry in page.get("Contents", [])]
        rows = [(entry["Key"], entry["Size"], entry["LastModified"]) for entry in objects]
        return pd.DataFrame(rows, columns=["key", "bytes", "modified"])

    def read(self, bucket: str, key: str) -> bytes:
        """The content of an object."""
        with self._translate_errors(bucket, key):
            content: bytes = self.client.get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    def delete(self, bucket: str, prefix: str) -> int:
        """Delete the objects of a bucket whose keys begin with a prefix, and return their number: 0 without the bucket.

        Parameters:
            prefix: a whole key, or the beginning of several; "" stands for all.

        Raises:
            QueryFailed: some could not be deleted.
        """
        try:
            keys = [{"Key": key} for key in self.keys(bucket, prefix)["key"]]
        except NotFound:
            return 0
        for at in range(0, len(keys), 1000):  # as many as one request may name
            with self._translate_errors(bucket):
                answer = self.client.delete_objects(Bucket=bucket, Delete={"Objects": keys[at : at + 1000]})
            for kept in answer.get("Errors", []):
                raise QueryFailed(f"S3 does not delete {kept['Key']}: {kept['Message']}")
        return len(keys)

    def _make(self, bucket: str) -> None:
        region = self._settings.aws_region
        location = {} if region == HOME_REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        with self._translate_errors(bucket):
            try:
                self.client.head_bucket(Bucket=bucket)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                    raise
                self.client.create_bucket(Bucket=bucket, **location)

    @contextmanager
    def _translate_errors(self, bucket: str = "", key: str = "") -> Iterator[None]:
        def refusal(error: ClientError) -> WorkbookError:
            """What the service's answer means."""
            code, words = error.response["Error"]["Code"], error.response["Error"]["Message"]
            if kind := MISSING.get(code):
                name = bucket if kind == "bucket" else f"{bucket}/{key}"
                return NotFound(f"S3 has no {kind} {name}. `upload` makes it; `keys` shows what a bucket has.")
            return QueryFailed(f"S3 refuses this request: {words} ({code})")

        with aws.translate_errors(self._settings, "S3", "s3", refusal):
            yield
