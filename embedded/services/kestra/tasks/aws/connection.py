"""Connects to S3, and adds to its errors what to do about them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Literal

import boto3
from boto3.exceptions import S3UploadFailedError
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError

from embedded.services.kestra.tasks.bridge import Task, TaskError

Style = Literal["auto", "path"]

CONNECT_SECONDS = 10
READ_SECONDS = 60
TRIES = 3

_session_lock = threading.Lock()
logging.getLogger("botocore").setLevel(logging.WARNING)  # it logs where it found the settings of each connection

_REMEDIES = {
    "NoSuchBucket": "There is no bucket {bucket!r}: check the name, or create it.",
    "NoSuchKey": "There is no object {key!r} in the bucket {bucket!r}: check the key, or upload it first.",
    "InvalidAccessKeyId": "The access key is not known: check `accessKeyId`.",
    "SignatureDoesNotMatch": "The secret key does not belong to the access key: check `secretKeyId`.",
    "AccessDenied": "The access key has no permission for this: check the policy of the bucket {bucket!r}.",
    "PreconditionFailed": "The object was changed meanwhile.",
}
_BY_STATUS = {"404": "NoSuchKey", "403": "AccessDenied"}
"""A response without a body has a status only."""


def client(task: Task) -> Any:
    """An S3 client by the task's properties; properties that are not set come from the environment.

    Raises:
        TaskError: a property is not supported or has a wrong value.
    """
    properties = task.properties
    if properties.get("stsRoleArn"):
        raise TaskError(
            "`stsRoleArn`: roles are not known to the embedded engine. Use `accessKeyId` and `secretKeyId`."
        )
    if properties.get("forcePathStyle") and not properties.get("compatibilityMode"):
        raise TaskError("'forcePathStyle' must be used in conjunction with 'compatibilityMode'")
    style: Style = "path" if properties.get("forcePathStyle") else "auto"
    names = ("accessKeyId", "secretKeyId", "sessionToken", "region")
    with _session_lock:  # sessions are not thread-safe
        try:
            session = _session(*(properties.get(name) for name in names))
            return session.client("s3", endpoint_url=properties.get("endpointOverride") or None, config=_config(style))
        except (BotoCoreError, ValueError) as error:
            raise TaskError(f"The S3 connection cannot be made: {error}") from error


@lru_cache(maxsize=16)
def _session(key: str | None, secret: str | None, token: str | None, region: str | None) -> boto3.session.Session:
    """Kept, as a new one reads S3's description again, which takes longer than most tasks."""
    return boto3.session.Session(
        aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token, region_name=region
    )


def _config(style: Style) -> Config:
    return Config(
        s3={"addressing_style": style},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": TRIES, "mode": "standard"},
    )


def code_of(error: ClientError) -> str:
    """S3's name for an error."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    return _BY_STATUS.get(code, code)


@contextmanager
def failures(bucket: str, key: str = "") -> Iterator[None]:
    """Turn S3's errors in the block into a TaskError that names the object and the remedy.

    Parameters:
        bucket: the bucket of the request.
        key: the key of the request; empty for the whole bucket.
    """
    address = f"s3://{bucket}/{key}"
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        if code == "NoSuchKey" and not key:
            code = "NoSuchBucket"
        remedy = _REMEDIES.get(code, "").format(bucket=bucket, key=key)
        message = error.response.get("Error", {}).get("Message", "")
        raise TaskError(" ".join(filter(None, [f"{address}: {code}: {message}".rstrip(": "), remedy]))) from error
    except NoCredentialsError as error:
        raise TaskError(f"{address}: no credentials. Set `accessKeyId` and `secretKeyId`.") from error
    except EndpointConnectionError as error:
        remedy = "Check `endpointOverride`, and that S3 is up."
        raise TaskError(f"{address}: {error} {remedy}") from error
    except (BotoCoreError, S3UploadFailedError) as error:
        raise TaskError(f"{address}: {error}") from error
    except RecursionError as error:  # botocore looks for the bucket's region, and is sent away each time
        raise TaskError(f"{address}: the server redirects without end. Check `endpointOverride`.") from error
