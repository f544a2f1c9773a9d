"""The access keys that are known: the account's own, and those of sessions, which end by themselves."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded.services.aws.errors import AwsError
from embedded.shared.sqlite import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS sessions (
    access_key TEXT PRIMARY KEY, secret TEXT NOT NULL, token TEXT NOT NULL, arn TEXT NOT NULL, ends REAL NOT NULL)
    WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Session:
    """Keys for a while; `ends` in seconds since 1970, `arn` tells role and session."""

    access_key: str
    secret: str
    token: str
    arn: str
    ends: float


class Keys:
    """All access keys.

    Parameters:
        file: the database of the sessions.
        own: the account's secrets by access key.
    """

    def __init__(self, file: Path, own: Mapping[str, str]) -> None:
        self._own = own
        self._db = Database(file, _TABLES)

    def secret(self, access_key: str) -> str | None:
        """The secret of a key; None when the key is not known."""
        session = self.session(access_key)
        return session.secret if session else self._own.get(access_key)

    def session(self, access_key: str) -> Session | None:
        """The session that a key belongs to; None for the account's own keys and for those not known."""
        found = self._db.rows("SELECT * FROM sessions WHERE access_key = ?", access_key)
        return Session(*found[0]) if found else None

    def check_token(self, access_key: str, token: str | None) -> None:
        """Check what a request's sender told besides a right signature.

        Parameters:
            access_key: the sender's.
            token: of the session; None if none was sent.

        Raises:
            AwsError: it is another session's, or the session has ended.
        """
        session = self.session(access_key)
        if not hmac.compare_digest((token or "").encode(), (session.token if session else "").encode()):
            raise AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
        if session and session.ends < time.time():
            raise AwsError("ExpiredToken", "The security token included in the request is expired", 403)

    def open(self, arn: str, seconds: float) -> Session:
        """Start a session.

        Parameters:
            arn: of role and session.
            seconds: until it ends.
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
