"""Connects to Google Cloud, and adds to its errors what to do about them.

The key decides where a task connects: a key whose tokens come from this machine belongs to the embedded Google Cloud,
any other to Google. So no generated key is sent to Google, and no real key is sent anywhere else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import google.auth
import google.cloud.storage as storage
import requests
from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.auth import impersonated_credentials
from google.auth.credentials import Credentials
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, RefreshError, TransportError
from google.auth.transport.requests import AuthorizedSession, Request
from google.cloud import bigquery
from google.oauth2 import service_account

from embedded.services.kestra.tasks.bridge import Task, TaskError

STORAGE = "https://storage.googleapis.com"
BIGQUERY = "https://bigquery.googleapis.com"
RETRY_SECONDS = 30
STORAGE_RETRY = storage.retry.DEFAULT_RETRY.with_timeout(RETRY_SECONDS)
BIGQUERY_RETRY = bigquery.DEFAULT_RETRY.with_timeout(RETRY_SECONDS)

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LIFETIME_SECONDS = 3600
_REMEDIES = {
    "RefreshError": "Google does not know this key: check `serviceAccount`, or get a new key.",
    401: "The key was not accepted: check `serviceAccount`.",
    403: "The service account has no permission for this: check its roles, and `projectId`.",
}


@dataclass(frozen=True)
class Account:
    """A service account and the addresses at which it is known.

    Parameters:
        credentials: of the service account.
        project: its project; None if it is not known.
        storage: URL of Cloud Storage.
        bigquery: URL of BigQuery.
    """

    credentials: Credentials
    project: str | None
    storage: str
    bigquery: str


def storage_client(task: Task) -> storage.Client:
    """A client of Cloud Storage by the task's properties.

    Raises:
        TaskError: there is no key, or it is malformed.
    """
    who = account(task.properties)
    options = {"api_endpoint": who.storage}
    return storage.Client(who.project, who.credentials, client_options=options, _http=_session(who))


def bigquery_client(task: Task) -> bigquery.Client:
    """A client of BigQuery by the task's properties; errors as for `storage_client`."""
    who = account(task.properties)
    options, location = {"api_endpoint": who.bigquery}, task.properties.get("location")
    return bigquery.Client(who.project, who.credentials, location=location, client_options=options, _http=_session(who))


def account(properties: dict[str, Any]) -> Account:
    """The account that a task's properties name; without a key, the one that Google's own tools find.

    Parameters:
        properties: the task's properties.

    Raises:
        TaskError: there is no key, or it is malformed.
    """
    scopes = properties.get("scopes") or []
    if not properties.get("serviceAccount"):
        return _default_account(properties, scopes)
    key = _key(properties["serviceAccount"])
    is_ours, subject = urlsplit(key["token_uri"]).hostname in _LOOPBACK, None
    if is_ours:
        key["token_uri"] = f"{_ours('STORAGE_EMULATOR_HOST')}/token"  # the port may be another one today
        subject = key["client_email"]  # for an account that acts for somebody, nobody at Google is asked about regions
    try:
        credentials = service_account.Credentials.from_service_account_info(key, scopes=scopes, subject=subject)
    except (ValueError, GoogleAuthError) as error:
        raise TaskError(f"`serviceAccount` is no usable key of a service account: {error}") from error
    project = properties.get("projectId") or key.get("project_id")
    if is_ours:
        if properties.get("impersonatedServiceAccount"):
            raise TaskError("`impersonatedServiceAccount`: the embedded Google Cloud has one account only.")
        return Account(credentials, project, _ours("STORAGE_EMULATOR_HOST"), _ours("BIGQUERY_EMULATOR_HOST"))
    return Account(_impersonated(properties, credentials, scopes), project, STORAGE, BIGQUERY)


@contextmanager
def failures(subject: str, **remedies: str) -> Iterator[None]:
    """Turn Google's errors in the block into a TaskError that names the subject and the remedy.

    Parameters:
        subject: the subject of the request, such as gs://bucket/key.
        remedies: what to do about a response, by its status: `_404`.
    """
    try:
        yield
    except RefreshError as error:
        raise TaskError(f"{subject}: no token was given: {error.args[0]}. {_REMEDIES['RefreshError']}") from error
    except GoogleAPICallError as error:
        remedy = remedies.get(f"_{error.code}") or _REMEDIES.get(error.code, "")
        raise TaskError(f"{subject}: {describe_error(error)} {remedy}".rstrip()) from error
    except (RetryError, TransportError, requests.RequestException) as error:
        cause = error.cause if isinstance(error, RetryError) else error
        raise TaskError(f"{subject}: Google Cloud does not answer: {cause}") from error
    except GoogleAuthError as error:
        raise TaskError(f"{subject}: {error}") from error


def describe_error(error: GoogleAPICallError) -> str:
    """Describe an error: its status, reason and message."""
    detail: dict[str, Any] = next((entry for entry in error.errors if isinstance(entry, dict)), {}) or _body(error)
    reason, message = detail.get("reason", ""), detail.get("message") or error.message
    return " ".join(filter(None, [f"{error.code or ''}", f"{reason}:" if reason else "", message]))


def _body(error: GoogleAPICallError) -> dict[str, Any]:
    """The error in the response to an upload, which the client does not parse."""
    try:
        return dict(error.response.json()["error"]["errors"][0])
    except (AttributeError, LookupError, TypeError, ValueError):
        return {}


def _session(who: Account) -> AuthorizedSession:
    """A session that uses no proxy for an address of this machine."""
    plain = requests.Session()
    session = AuthorizedSession(who.credentials, auth_request=Request(plain))
    plain.trust_env = session.trust_env = urlsplit(who.storage).hostname not in _LOOPBACK
    return session


def _key(text: str) -> dict[str, Any]:
    """A key in Google's form. Errors do not show its content."""
    remedy = "Paste the whole JSON file of a service account's key into the KV store or a secret."
    try:
        key = json.loads(text)
    except ValueError as error:
        raise TaskError(f"`serviceAccount` is no JSON. {remedy}") from error
    missing = [
        name
        for name in ("type", "client_email", "private_key", "token_uri")
        if not isinstance(key, dict) or not isinstance(key.get(name), str)
    ]
    if missing:
        raise TaskError(f"`serviceAccount` has no {', '.join(missing)}. {remedy}")
    return key


def _default_account(properties: dict[str, Any], scopes: list[str]) -> Account:
    try:
        credentials, project = google.auth.default(scopes)
    except DefaultCredentialsError as error:
        raise TaskError("There is no key. Set `serviceAccount`, for instance to \"{{ kv('GCP_CREDS') }}\".") from error
    return Account(
        _impersonated(properties, credentials, scopes), properties.get("projectId") or project, STORAGE, BIGQUERY
    )


def _impersonated(properties: dict[str, Any], credentials: Credentials, scopes: list[str]) -> Credentials:
    target = properties.get("impersonatedServiceAccount")
    if not target:
        return credentials
    return impersonated_credentials.Credentials(credentials, target, scopes, lifetime=_LIFETIME_SECONDS)


def _ours(variable: str) -> str:
    address = os.environ.get(variable)
    if not address:
        raise TaskError("This is a key of the embedded Google Cloud, which is not known here. Start the service `gcp`.")
    return address
