"""Access keys: the account's own, and those of sessions, which expire."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded.services.aws.account import ACCOUNT
from embedded.services.aws.sts.errors import expired_token, invalid_token
from embedded.shared.sqlite import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS sessions (
    access_key TEXT PRIMARY KEY, secret TEXT NOT NULL, token TEXT NOT NULL, arn TEXT NOT NULL, ends REAL NOT NULL)
    WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Session:
    """Temporary keys; `ends` in seconds since 1970, `arn` names role and session."""

    access_key: str
    secret: str
    token: str
    arn: str
    ends: float


class KeyStore:
    """All access keys.

    Parameters:
        file: database of the sessions.
        own: the account's secrets by access key.
    """

    def __init__(self, file: Path, own: Mapping[str, str]) -> None:
        self._own = own
        self._db = Database(file, _TABLES)

    def secret(self, access_key: str) -> str | None:
        """The secret of a key; None for an unknown key."""
        session = self.session(access_key)
        return session.secret if session else self._own.get(access_key)

    def session(self, access_key: str) -> Session | None:
        """The session of a key; None for the account's own keys and for unknown keys."""
        rows = self._db.rows("SELECT * FROM sessions WHERE access_key = ?", access_key)
        return Session(*rows[0]) if rows else None

    def check_token(self, access_key: str, token: str | None) -> None:
        """Check the session token of a request.

        Parameters:
            access_key: the caller's.
            token: token of the session; None if there is none.

        Raises:
            AwsError: the token belongs to another session, or the session has ended.
        """
        session = self.session(access_key)
        if not hmac.compare_digest((token or "").encode(), (session.token if session else "").encode()):
            raise invalid_token()
        if session and session.ends < time.time():
            raise expired_token()

    def open(self, arn: str, seconds: float) -> Session:
        """Start a session.

        Parameters:
            arn: ARN of role and session.
            seconds: lifetime in seconds.
        """
        access_key = f"ASIA{secrets.token_hex(8).upper()}"
        session = Session(access_key, secrets.token_hex(20), secrets.token_hex(64), arn, time.time() + seconds)
        self._db.rows("DELETE FROM sessions WHERE ends < ?", time.time() - 24 * 3600)
        values = (session.access_key, session.secret, session.token, session.arn, session.ends)
        self._db.rows("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", *values)
        return session

    def close(self, access_key: str) -> None:
        """End a session now."""
        self._db.rows("DELETE FROM sessions WHERE access_key = ?", access_key)


def session_arn(role: str, session: str) -> str:
    """The ARN of a session.

    Parameters:
        role: name of the role.
        session: name of the session.
    """
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}"
