"""What the clients of Google Cloud share: the key, where it leads, and what went wrong.

The key decides where a client goes. One whose tokens come from this machine, or from the container of the Docker stack,
is that of the embedded Google Cloud, and leads there; any other leads to Google.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import google.auth
import requests
from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.auth.credentials import Credentials
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, RefreshError, TransportError
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2 import service_account

from workbook.errors import NotFound, QueryFailed, ServerDown, WorkbookError, WrongPassword
from workbook.settings import Settings
from workbook.web import is_here

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
RETRY_SECONDS = 5
ANSWER_SECONDS = 300
SETTING = "GCP_CREDS_FILE"
CONTAINER = "gcp"
"""What the Docker stack calls its Google Cloud; no name of the internet has no dot."""


@dataclass(frozen=True)
class Account:
    """Who asks, and where.

    Attributes:
        name: of the service account.
        project: the project's id.
        address: of the service.
        http: the session that gets tokens and carries them.
    """

    name: str
    project: str | None
    address: str
    credentials: Credentials
    http: AuthorizedSession

    def options(self) -> dict[str, Any]:
        """What every client of Google's is made with."""
        return {
            "project": self.project,
            "credentials": self.credentials,
            "_http": self.http,
            "client_options": {"api_endpoint": self.address},
        }


def account(settings: Settings, embedded: str | None, real: str) -> Account:
    """The account of the key that the settings name; without one, what Google's own tools find on this machine.

    Parameters:
        settings: name the key's file.
        embedded: the service's address on this machine, if there is one.
        real: its address at Google.

    Raises:
        QueryFailed: there is no key, or the file holds none.
    """
    if not settings.gcp_creds_file:
        return _default_account(settings, real)
    key = _key(Path(settings.gcp_creds_file).expanduser())
    address, subject = real, None
    if is_here(key["token_uri"]) or urlsplit(key["token_uri"]).hostname == CONTAINER:
        if embedded is None:
            raise QueryFailed(f"{SETTING} is the key of an embedded Google Cloud, which this stack does not have.")
        address, key["token_uri"] = embedded, f"{embedded}/token"  # its port may be another one today
        # The library asks Google about regions, but not for an account that acts for a subject.
        subject = key["client_email"]
    try:
        credentials = service_account.Credentials.from_service_account_info(key, scopes=[SCOPE], subject=subject)
    except (ValueError, GoogleAuthError) as error:
        raise QueryFailed(f"{SETTING} holds no usable key of a service account: {error}") from error
    project = settings.gcp_project_id or key.get("project_id")
    return Account(key["client_email"], project, address, credentials, _session(credentials, address))


@contextmanager
def translate_errors(name: str, settings: Settings, who: Account) -> Iterator[None]:
    """Turn the errors of Google's clients in the block into the workbook's own.

    Parameters:
        name: of the service, for people.
        settings: name the stack.
        who: the account that asks.

    Raises:
        WorkbookError: of the kind that fits.
    """
    try:
        yield
    except RefreshError as error:
        if isinstance(error.__cause__, TransportError):
            raise _down(name, settings, who) from error
        raise WrongPassword(name, who.address, who.name, SETTING) from error
    except GoogleAPICallError as error:
        raise _refusal(error, name, who) from error
    except (RetryError, TransportError, requests.RequestException) as error:
        raise _down(name, settings, who) from error
    except (GoogleAuthError, ValueError) as error:
        raise QueryFailed(f"{name} cannot do this: {error}") from error


def _refusal(error: GoogleAPICallError, name: str, who: Account) -> WorkbookError:
    detail = _detail(error)
    words = detail.get("message", error.message)
    if error.code == 401:
        return WrongPassword(name, who.address, who.name, SETTING)
    if error.code == 404:
        return NotFound(f"{name}: {words}")
    return QueryFailed(f"{name} refuses this request: {words} ({detail.get('reason', error.code)})")


def _detail(error: GoogleAPICallError) -> dict[str, Any]:
    """Google's own words; an error of an upload or a download holds the whole answer."""
    if error.errors and isinstance(error.errors[0], dict):
        return dict(error.errors[0])
    try:
        return dict(error.response.json()["error"]["errors"][0])
    except (AttributeError, LookupError, TypeError, ValueError):
        return {}


def _down(name: str, settings: Settings, who: Account) -> ServerDown:
    return ServerDown(name, who.address, "no connection", settings.stack, "gcp", SETTING)


def _key(file: Path) -> dict[str, str]:
    """The fields of a service account's key file."""
    try:
        key: dict[str, str] = json.loads(file.read_text())
        fits = isinstance(key, dict) and {"client_email", "private_key", "token_uri"} <= key.keys()
    except (OSError, ValueError) as error:
        raise QueryFailed(f"{SETTING} is {file}, which cannot be read as JSON: {error}") from error
    if not fits:
        raise QueryFailed(f"{SETTING} is {file}, which is not the JSON key of a service account.")
    return key


def _default_account(settings: Settings, real: str) -> Account:
    try:
        credentials, project = google.auth.default([SCOPE])
    except DefaultCredentialsError as error:
        raise QueryFailed(f"No key for Google Cloud was found. Set {SETTING} in .env to the file of yours.") from error
    name = getattr(credentials, "service_account_email", "of Google's own tools")
    return Account(name, settings.gcp_project_id or project, real, credentials, _session(credentials, real))


def _session(credentials: Credentials, address: str) -> AuthorizedSession:
    """A session that asks no proxy for an address of this machine."""
    plain = requests.Session()
    session = AuthorizedSession(credentials, auth_request=Request(plain))
    plain.trust_env = session.trust_env = not is_here(address)
    return session
