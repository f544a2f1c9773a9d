"""The service account: its key, and its access tokens.

As with Google, a client signs an assertion with the private key of the JSON file and gets an access token for
an hour (https://developers.google.com/identity/protocols/oauth2/service-account#httprest).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt
from google.auth.exceptions import GoogleAuthError

from embedded.shared.numbers import whole_number

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LASTS_SECONDS = 3600
_KEY_BITS = 2048
_PREFIX = "ya29."


class GrantError(Exception):
    """A refused token request.

    Parameters:
        error: OAuth's code.
        description: for people.
    """

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


class Identity:
    """The service account.

    Parameters:
        file: of its key; created at the first start, and rewritten if the address or the project has changed.
        project: the id of its project.
        token_uri: of the token endpoint.
    """

    def __init__(self, file: Path, project: str, token_uri: str) -> None:
        known = json.loads(file.read_text()) if file.exists() else {}
        private = str(known.get("private_key") or _new_key())
        self._key = _key(private, project, token_uri)
        if known != self._key:
            _write(file, self._key)
        loaded = serialization.load_pem_private_key(private.encode(), None)
        public = serialization.PublicFormat.SubjectPublicKeyInfo
        self._public = loaded.public_key().public_bytes(serialization.Encoding.PEM, public)
        self._secret = hashlib.sha256(private.encode()).digest()

    @property
    def email(self) -> str:
        """The account's email address."""
        return str(self._key["client_email"])

    def grant(self, form: dict[str, str]) -> dict[str, Any]:
        """An access token for an assertion signed by the account.

        Parameters:
            form: of the request.

        Raises:
            GrantError: the assertion is invalid, or signed with another key.
        """
        if form.get("grant_type") != GRANT:
            raise GrantError("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}")
        try:
            claims = jwt.decode(form.get("assertion", ""), certs=self._public)
        except (GoogleAuthError, ValueError, TypeError) as error:
            raise GrantError("invalid_grant", f"Invalid JWT Signature. ({error})") from error
        if claims.get("iss") != self.email:
            raise GrantError("invalid_grant", "Invalid grant: account not found")
        if urlsplit(str(claims.get("aud"))).path != urlsplit(self._key["token_uri"]).path:
            raise GrantError("invalid_grant", "Invalid JWT: the audience is not this token endpoint.")
        expires = int(time.time()) + LASTS_SECONDS
        return {"access_token": self._token(expires), "expires_in": LASTS_SECONDS, "token_type": "Bearer"}

    def accepts(self, token: str) -> bool:
        """Whether a token belongs to the account and has not expired."""
        text = token.removeprefix(_PREFIX).partition(".")[0]
        expires = whole_number(text, 0, 2**63 - 1)
        if expires is None:
            return False
        return hmac.compare_digest(token.encode(), self._token(expires).encode()) and time.time() < expires

    def _token(self, expires: int) -> str:
        digest = hmac.new(self._secret, str(expires).encode(), hashlib.sha256).digest()
        return f"{_PREFIX}{expires}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def _new_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    form, secret = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, secret).decode()


def _key(private: str, project: str, token_uri: str) -> dict[str, Any]:
    digest = hashlib.sha256(private.encode()).hexdigest()
    return {
        "type": "service_account",
        "project_id": project,
        "private_key_id": digest[:40],
        "private_key": private,
        "client_email": f"workbook@{project}.iam.gserviceaccount.com",
        "client_id": str(int(digest[40:56], 16)),
        "token_uri": token_uri,
        "universe_domain": "googleapis.com",
    }


def _write(file: Path, key: dict[str, Any]) -> None:
    """Write the key atomically, readable by one user: the owner of the folder, if root writes it in a container."""
    temporary, owner = file.with_suffix(".new"), file.parent.stat()
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as target:
        json.dump(key, target, indent=2)
        if os.geteuid() == 0:
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
    temporary.replace(file)
