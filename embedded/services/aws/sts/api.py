"""STS's operations, as `embedded.services.aws.protocol.dispatcher` calls them.

Parameters: https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embedded.services.aws.account import ACCOUNT
from embedded.services.aws.errors import AwsError
from embedded.services.aws.iam.store import IamStore
from embedded.services.aws.protocol.dispatcher import Call
from embedded.services.aws.sts.sessions import Keys

ROOT = f"arn:aws:iam::{ACCOUNT}:root"


class Sts:
    """STS.

    Parameters:
        keys: all that are known.
        iam: has the roles.
    """

    def __init__(self, keys: Keys, iam: IamStore) -> None:
        self._keys = keys
        self._iam = iam

    def get_caller_identity(self, call: Call) -> Mapping[str, Any]:
        session = self._keys.session(call.caller)
        arn = session.arn if session else f"arn:aws:iam::{ACCOUNT}:user/{call.caller}"
        return {"UserId": call.caller, "Account": ACCOUNT, "Arn": arn}

    def assume_role(
        self, call: Call, role_arn: str, role_session_name: str, duration_seconds: int = 3600
    ) -> Mapping[str, Any]:
        if not (self._iam.trusted(role_arn, ROOT) or self._iam.trusted(role_arn, ACCOUNT)):
            user = self.get_caller_identity(call)["Arn"]
            message = f"User: {user} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
            raise AwsError("AccessDenied", message, 403)
        role = self._iam.find("role", role_arn.rpartition("/")[2])
        if duration_seconds > role["MaxSessionDuration"]:
            message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
            raise AwsError("ValidationError", message)
        session = self._keys.open(session_arn(role["RoleName"], role_session_name), duration_seconds)
        credentials = {
            "AccessKeyId": session.access_key,
            "SecretAccessKey": session.secret,
            "SessionToken": session.token,
            "Expiration": session.ends,
        }
        user = {"AssumedRoleId": f"{role['RoleId']}:{role_session_name}", "Arn": session.arn}
        return {"Credentials": credentials, "AssumedRoleUser": user}


def session_arn(role: str, session: str) -> str:
    """The ARN of a session.

    Parameters:
        role: the role's name.
        session: its own name.
    """
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}"
