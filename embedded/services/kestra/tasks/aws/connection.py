"""Connects to S3, and says what went wrong there in words that help."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import boto3
from boto3.exceptions import S3UploadFailedError
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError

from embedded.services.kestra.tasks.bridge import Task, TaskError

CONNECT_SECONDS = 10
READ_SECONDS = 60
TRIES = 3

_making = threading.Lock()
logging.getLogger("botocore").setLevel(logging.WARNING)  # it tells where it found each connection's settings

_REMEDIES = {
    "NoSuchBucket": "There is no bucket {bucket!r}: check the name, or create it.",
    "NoSuchKey": "There is no object {key!r} in the bucket {bucket!r}: check the key, or upload it first.",
    "InvalidAccessKeyId": "The access key is not known: check `accessKeyId`.",
    "SignatureDoesNotMatch": "The secret key does not belong to the access key: check `secretKeyId`.",
    "AccessDenied": "The access key has no permission for this: check the policy of the bucket {bucket!r}.",
    "PreconditionFailed": "The object was changed meanwhile.",
}
_BY_STATUS = {"404": "NoSuchKey", "403": "AccessDenied"}
"""An answer without a body has only the number."""


def client(task: Task) -> Any:
    """An S3 client as the task's properties ask for; what they leave open comes from the environment.

    Raises:
        TaskError: a property cannot be heeded.
    """
    given = task.properties
    if given.get("stsRoleArn"):
        raise TaskError(
            "`stsRoleArn`: roles are not known to the embedded engine. Use `accessKeyId` and `secretKeyId`."
        )
    if given.get("forcePathStyle") and not given.get("compatibilityMode"):
        raise TaskError("'forcePathStyle' must be used in conjunction with 'compatibilityMode'")
    style = "path" if given.get("forcePathStyle") else "auto"
    names = ("accessKeyId", "secretKeyId", "sessionToken", "region")
    with _making:  # sessions are not made to be shared between threads
        try:
            session = _session(*(given.get(name) for name in names))
            return session.client("s3", endpoint_url=given.get("endpointOverride") or None, config=_config(style))
        except (BotoCoreError, ValueError) as error:
            raise TaskError(f"The S3 connection cannot be made: {error}") from error


@lru_cache(maxsize=16)
def _session(key: str | None, secret: str | None, token: str | None, region: str | None) -> boto3.session.Session:
    """Kept, as a new one reads S3's description again, which takes longer than most tasks."""
    return boto3.session.Session(
        aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token, region_name=region
    )


def _config(style: str) -> Config:
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
    """Turn what S3 refuses in the block into TaskError that names the place and the remedy.

    Parameters:
        bucket: what it is about.
        key: likewise; empty for the whole bucket.
    """
    place = f"s3://{bucket}/{key}"
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        if code == "NoSuchKey" and not key:
            code = "NoSuchBucket"
        remedy = _REMEDIES.get(code, "").format(bucket=bucket, key=key)
        said = error.response.get("Error", {}).get("Message", "")
        raise TaskError(" ".join(filter(None, [f"{place}: {code}: {said}".rstrip(": "), remedy]))) from error
    except NoCredentialsError as error:
        raise TaskError(f"{place}: no credentials. Set `accessKeyId` and `secretKeyId`.") from error
    except EndpointConnectionError as error:
        remedy = "Check `endpointOverride`, and that S3 is up."
        raise TaskError(f"{place}: {error} {remedy}") from error
    except (BotoCoreError, S3UploadFailedError) as error:
        raise TaskError(f"{place}: {error}") from error
