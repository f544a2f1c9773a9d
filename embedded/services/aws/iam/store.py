"""Roles and instance profiles on the disk, as dictionaries in IAM's shapes."""

from __future__ import annotations

import json
import secrets
import string
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedded.services.aws.account import ACCOUNT
from embedded.services.aws.errors import AwsError
from embedded.shared.sqlite import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS entities (kind TEXT, name TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
"""
_ALPHABET = string.ascii_uppercase + "234567"
_PREFIXES = {"role": "AROA", "instance profile": "AIPA"}

Body = dict[str, Any]


class IamStore:
    """What IAM keeps, of one kind each: `role` or `instance profile`. Errors are AwsError by IAM's codes.

    Parameters:
        file: the database.
    """

    def __init__(self, file: Path) -> None:
        self._db = Database(file, _TABLES)
        self.transaction = self._db.transaction

    def all(self, kind: str) -> list[Body]:
        """All of a kind, by name."""
        rows = self._db.rows("SELECT body FROM entities WHERE kind = ? ORDER BY name", kind)
        return [json.loads(body) for (body,) in rows]

    def find(self, kind: str, name: str) -> Body:
        """One of a kind.

        Raises:
            AwsError: NoSuchEntity.
        """
        found = self._db.rows("SELECT body FROM entities WHERE kind = ? AND name = ?", kind, name)
        if not found:
            raise missing(f"The {kind} with name {name}")
        return json.loads(found[0][0])

    def create(self, kind: str, name: str, path: str, about: Mapping[str, Any]) -> Body:
        """Make one of a kind.

        Parameters:
            kind: of what.
            name: its name.
            path: before the name in the ARN, such as `/`.
            about: what else is kept.

        Raises:
            AwsError: EntityAlreadyExists.
        """
        noun = kind.replace(" ", "-")
        prefix = kind.title().replace(" ", "")
        body = {
            "Path": path,
            f"{prefix}Name": name,
            f"{prefix}Id": _PREFIXES[kind] + "".join(secrets.choice(_ALPHABET) for _ in range(17)),
            "Arn": f"arn:aws:iam::{ACCOUNT}:{noun}{path}{name}",
            "CreateDate": time.time(),
            **about,
        }
        with self.transaction() as db:
            if db.execute("SELECT 1 FROM entities WHERE kind = ? AND name = ?", [kind, name]).fetchone():
                raise AwsError("EntityAlreadyExists", f"{kind.capitalize()} with name {name} already exists.")
            self.save(kind, name, body)
        return body

    def save(self, kind: str, name: str, body: Mapping[str, Any]) -> None:
        """Keep what is new of one."""
        self._db.rows("INSERT OR REPLACE INTO entities VALUES (?, ?, ?)", kind, name, json.dumps(body))

    def delete(self, kind: str, name: str) -> None:
        """Remove one."""
        self._db.rows("DELETE FROM entities WHERE kind = ? AND name = ?", kind, name)

    def trusted(self, arn: str, service: str) -> bool:
        """Tell whether a role is there and may be taken on by a service.

        Parameters:
            arn: the role's, or its name alone.
            service: such as `glue.amazonaws.com`; or the account's root ARN, for its users.
        """
        name = arn.rpartition("/")[2]
        roles = [role for role in self.all("role") if role["RoleName"] == name and arn in (name, role["Arn"])]
        return any(service in principals(role["AssumeRolePolicyDocument"]) for role in roles)


def principals(trust: str) -> set[str]:
    """Who may take on a role, by its trust policy.

    Parameters:
        trust: the policy, as JSON.

    Raises:
        ValueError: it is none.
    """
    found: set[str] = set()
    statements = json.loads(trust)["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        if statement["Effect"] == "Allow":
            for names in statement["Principal"].values():
                found |= {names} if isinstance(names, str) else set(names)
    return found


def missing(what: str) -> AwsError:
    """The error for something that is not there."""
    return AwsError("NoSuchEntity", f"{what} cannot be found.")
