"""STS's operations on callers and sessions.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embedded.services.aws.account import ACCOUNT
from embedded.services.aws.iam.store import IamStore
from embedded.services.aws.protocol.request import Request
from embedded.services.aws.sts.errors import access_denied, duration_too_long
from embedded.services.aws.sts.store import KeyStore, session_arn

ROOT = f"arn:aws:iam::{ACCOUNT}:root"


class Sessions:
    """Operations on callers and sessions.

    Parameters:
        keys: all access keys.
        iam: store of the roles.
    """

    def __init__(self, keys: KeyStore, iam: IamStore) -> None:
        self._keys = keys
        self._iam = iam

    def get_caller_identity(self, request: Request) -> Mapping[str, Any]:
        """GetCallerIdentity: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""
        session = self._keys.session(request.caller)
        arn = session.arn if session else f"arn:aws:iam::{ACCOUNT}:user/{request.caller}"
        return {"UserId": request.caller, "Account": ACCOUNT, "Arn": arn}

    def assume_role(
        self, request: Request, role_arn: str, role_session_name: str, duration_seconds: int = 3600
    ) -> Mapping[str, Any]:
        """AssumeRole.

        Parameters: as in https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
        """
        if not (self._iam.trusted(role_arn, ROOT) or self._iam.trusted(role_arn, ACCOUNT)):
            user = self.get_caller_identity(request)["Arn"]
            raise access_denied(user, role_arn)
        role = self._iam.find("role", role_arn.rpartition("/")[2])
        if duration_seconds > role["MaxSessionDuration"]:
            raise duration_too_long()
        session = self._keys.open(session_arn(role["RoleName"], role_session_name), duration_seconds)
        credentials = {
            "AccessKeyId": session.access_key,
            "SecretAccessKey": session.secret,
            "SessionToken": session.token,
            "Expiration": session.ends,
        }
        user = {"AssumedRoleId": f"{role['RoleId']}:{role_session_name}", "Arn": session.arn}
        return {"Credentials": credentials, "AssumedRoleUser": user}
