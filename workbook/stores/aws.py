"""What the stores on AWS have in common: one way to connect, and one to say what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.exceptions import ConnectionError as NoConnection

from workbook.errors import QueryFailed, ServerDown, WorkbookError, WrongPassword
from workbook.settings import Settings
from workbook.web import is_here

CONNECT_SECONDS = 5
ANSWER_SECONDS = 60
KEYS = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
WRONG_KEYS = frozenset(
    {"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken", "UnrecognizedClientException"}
)


def client(settings: Settings, service: str, region: str, **options: Any) -> Any:
    """A client of boto3.

    Parameters:
        settings: say where AWS is.
        service: such as `s3`.
        region: where the service is asked.
        options: further ones of botocore's `Config`.
    """
    url = settings.aws_endpoint_url
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 2},
        proxies={} if url and is_here(url) else None,
        **options,
    )
    make: Callable[..., Any] = boto3.client  # its types name the services one by one
    return make(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=settings.aws_access_key_id,
        aws_secret_access_key=settings.aws_secret_access_key,
        config=config,
    )


def address(settings: Settings, service: str) -> str:
    """Where a service is, for people."""
    return settings.aws_endpoint_url or f"https://{service}.amazonaws.com"


@contextmanager
def translate_errors(
    settings: Settings, name: str, service: str, refusal: Callable[[ClientError], WorkbookError]
) -> Iterator[None]:
    """Turn the errors of boto3 in the block into the workbook's own.

    Parameters:
        settings: say where AWS is.
        name: of the service, for people.
        service: of the service, for boto3.
        refusal: what the service's own answer means, where it is not about the keys.
    """
    try:
        yield
    except ClientError as error:
        raise _refused(error, settings, name, service, refusal) from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise QueryFailed(f"No keys for {name} were found. Set {KEYS} in .env.") from error
    except (NoConnection, HTTPClientError) as error:
        down = ("no connection", settings.stack, "aws", "AWS_ENDPOINT_URL")
        raise ServerDown(name, address(settings, service), *down) from error
    except (BotoCoreError, boto3.exceptions.Boto3Error, ValueError) as error:
        cause = error.__context__  # an upload wraps the server's answer in an error of its own
        if isinstance(cause, ClientError):
            raise _refused(cause, settings, name, service, refusal) from error
        raise QueryFailed(f"{name} cannot do this: {error}") from error


def _refused(
    error: ClientError, settings: Settings, name: str, service: str, refusal: Callable[[ClientError], WorkbookError]
) -> WorkbookError:
    if error.response["Error"]["Code"] in WRONG_KEYS:
        return WrongPassword(name, address(settings, service), str(settings.aws_access_key_id), KEYS)
    return refusal(error)
