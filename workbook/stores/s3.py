"""S3: where files are dropped and picked up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.exceptions import ConnectionError as NoConnection

from workbook.errors import NotFound, QueryFailed, ServerDown, WorkbookError, WrongPassword
from workbook.settings import Settings
from workbook.web import is_here

CONNECT_SECONDS = 5
ANSWER_SECONDS = 60
AWS = "https://s3.amazonaws.com"
KEYS = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
WRONG_KEYS = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken"})
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
        return f"S3({self._address})"

    @cached_property
    def client(self) -> Any:
        """The client of boto3, for all that the methods here do not do; it raises errors of its own."""
        settings, url = self._settings, self._settings.aws_endpoint_url
        options = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=ANSWER_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 2},
            s3={"addressing_style": "path" if url else "auto"},
            proxies={} if url and is_here(url) else None,
        )
        with self._explained():
            return boto3.client(
                "s3",
                endpoint_url=url,
                region_name=settings.aws_region,
                aws_access_key_id=settings.aws_access_key_id,
                aws_secret_access_key=settings.aws_secret_access_key,
                config=options,
            )

    def ping(self) -> None:
        """Notice a server that is down, or refuses the keys."""
        with self._explained():
            self.client.list_buckets()

    def close(self) -> None:
        """Close the connections."""
        if "client" in self.__dict__:
            self.client.close()

    def upload(self, source: str | Path | bytes, bucket: str, key: str) -> str:
        """Put a file into a bucket, which is made if need be; gives its address, s3://bucket/key.

        Parameters:
            source: the file's path, or its content.

        Raises:
            NotFound: there is no such file here.
        """
        if not isinstance(source, bytes) and not Path(source).is_file():
            raise NotFound(f"There is no file {source} to upload.")
        self._make(bucket)
        with self._explained(bucket, key):
            if isinstance(source, bytes):
                self.client.put_object(Bucket=bucket, Key=key, Body=source)
            else:
                self.client.upload_file(str(source), bucket, key)
        return f"s3://{bucket}/{key}"

    def keys(self, bucket: str, prefix: str = "") -> pd.DataFrame:
        """The objects of a bucket whose keys begin so, by key: columns `key`, `bytes` and `modified`."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        with self._explained(bucket):
            found = [one for page in pages for one in page.get("Contents", [])]
        rows = [(one["Key"], one["Size"], one["LastModified"]) for one in found]
        return pd.DataFrame(rows, columns=["key", "bytes", "modified"])

    def read(self, bucket: str, key: str) -> bytes:
        """The content of an object."""
        with self._explained(bucket, key):
            return self.client.get_object(Bucket=bucket, Key=key)["Body"].read()

    def delete(self, bucket: str, prefix: str) -> int:
        """Delete the objects of a bucket whose keys begin so, and give their number.

        Parameters:
            prefix: a whole key, or the beginning of several; "" stands for all.

        Raises:
            QueryFailed: some could not be deleted.
        """
        keys = [{"Key": key} for key in self.keys(bucket, prefix)["key"]]
        for at in range(0, len(keys), 1000):  # as many as one request may name
            with self._explained(bucket):
                answer = self.client.delete_objects(Bucket=bucket, Delete={"Objects": keys[at : at + 1000]})
            for kept in answer.get("Errors", []):
                raise QueryFailed(f"S3 does not delete {kept['Key']}: {kept['Message']}")
        return len(keys)

    @property
    def _address(self) -> str:
        return self._settings.aws_endpoint_url or AWS

    def _make(self, bucket: str) -> None:
        region = self._settings.aws_region
        place = {} if region == HOME_REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        with self._explained(bucket):
            try:
                self.client.head_bucket(Bucket=bucket)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                    raise
                self.client.create_bucket(Bucket=bucket, **place)

    @contextmanager
    def _explained(self, bucket: str = "", key: str = "") -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            raise self._refusal(error, bucket, key) from error
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise QueryFailed(f"No keys for S3 were found. Set {KEYS} in .env.") from error
        except (NoConnection, HTTPClientError) as error:
            down = ("no connection", self._settings.stack, "aws", "AWS_ENDPOINT_URL")
            raise ServerDown("S3", self._address, *down) from error
        except (BotoCoreError, boto3.exceptions.Boto3Error, ValueError) as error:
            raise self._wrapped(error, bucket, key) from error

    def _wrapped(self, error: Exception, bucket: str, key: str) -> WorkbookError:
        """An upload wraps the server's answer in an error of its own."""
        cause = error.__context__
        if isinstance(cause, ClientError):
            return self._refusal(cause, bucket, key)
        return QueryFailed(f"S3 cannot do this: {error}")

    def _refusal(self, error: ClientError, bucket: str, key: str) -> WorkbookError:
        code, words = error.response["Error"]["Code"], error.response["Error"]["Message"]
        if code in WRONG_KEYS:
            return WrongPassword("S3", self._address, str(self._settings.aws_access_key_id), KEYS)
        if kind := MISSING.get(code):
            name = bucket if kind == "bucket" else f"{bucket}/{key}"
            return NotFound(f"S3 has no {kind} {name}. `upload` makes it; `keys` shows what a bucket has.")
        return QueryFailed(f"S3 refuses this request: {words} ({code})")
