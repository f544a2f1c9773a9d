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
from embedded.services.aws.iam.errors import existing_entity, missing_entity
from embedded.shared.sqlite import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS entities (kind TEXT, name TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
"""
_ALPHABET = string.ascii_uppercase + "234567"
_PREFIXES = {"role": "AROA", "instance profile": "AIPA"}

Body = dict[str, Any]


class IamStore:
    """Entities of a kind: `role` or `instance profile`. Errors are AwsError with IAM's codes.

    Parameters:
        file: path of the database.
    """

    def __init__(self, file: Path) -> None:
        self._db = Database(file, _TABLES)
        self.transaction = self._db.transaction

    def all(self, kind: str) -> list[Body]:
        """All entities of a kind, by name."""
        rows = self._db.rows("SELECT body FROM entities WHERE kind = ? ORDER BY name", kind)
        return [json.loads(body) for (body,) in rows]

    def find(self, kind: str, name: str) -> Body:
        """An entity by kind and name.

        Raises:
            AwsError: NoSuchEntity.
        """
        rows = self._db.rows("SELECT body FROM entities WHERE kind = ? AND name = ?", kind, name)
        if not rows:
            raise missing_entity(f"The {kind} with name {name}")
        return json.loads(rows[0][0])

    def profiles_of(self, role: str) -> list[Body]:
        """The instance profiles that hold a role, by name."""
        return [profile for profile in self.all("instance profile") if role in profile["Roles"]]

    def create(self, kind: str, name: str, path: str, members: Mapping[str, Any]) -> Body:
        """Create an entity.

        Parameters:
            kind: `role` or `instance profile`.
            name: name of the entity.
            path: path before the name in the ARN, such as `/`.
            members: further members.

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
            **members,
        }
        with self.transaction() as db:
            if db.execute("SELECT 1 FROM entities WHERE kind = ? AND name = ?", [kind, name]).fetchone():
                raise existing_entity(kind, name)
            self.save(kind, name, body)
        return body

    def save(self, kind: str, name: str, body: Mapping[str, Any]) -> None:
        """Insert or replace an entity.

        Parameters:
            kind: `role` or `instance profile`.
            name: name of the entity.
            body: all its members.
        """
        self._db.rows("INSERT OR REPLACE INTO entities VALUES (?, ?, ?)", kind, name, json.dumps(body))

    def delete(self, kind: str, name: str) -> None:
        """Delete an entity."""
        self._db.rows("DELETE FROM entities WHERE kind = ? AND name = ?", kind, name)

    def trusted(self, arn: str, service: str) -> bool:
        """Whether a role exists and trusts a principal.

        Parameters:
            arn: ARN or name of the role.
            service: such as `glue.amazonaws.com`, or the account's root ARN for its users.
        """
        name = arn.rpartition("/")[2]
        roles = [role for role in self.all("role") if role["RoleName"] == name and arn in (name, role["Arn"])]
        return any(service in principals(role["AssumeRolePolicyDocument"]) for role in roles)


def principals(trust: str) -> set[str]:
    """The principals that a trust policy allows to assume the role.

    Parameters:
        trust: the policy as JSON.

    Raises:
        ValueError: the text is no policy.
    """
    trusted: set[str] = set()
    statements = json.loads(trust)["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        if statement["Effect"] == "Allow":
            for names in statement["Principal"].values():
                trusted |= {names} if isinstance(names, str) else set(names)
    return trusted
