"""A role of IAM, with no more rights than its service needs."""

import json
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from insightflow_steps.account import Account, code_of

_POLICY = "insightflow"
_MANAGED = "arn:aws:iam::aws:policy/"


def write_bucket(bucket: str) -> dict[str, Any]:
    """The policy of the ingestion: write objects to a bucket and list them."""
    return _document(bucket, "s3:GetObject", "s3:PutObject")


def read_bucket(bucket: str) -> dict[str, Any]:
    """The policy of the crawler: read a bucket."""
    return _document(bucket, "s3:GetObject")


class Role:
    """A role that a service of AWS assumes.

    Parameters:
        account: to work on.
        role: its name.
        service: such as `glue`.
        managed: policies of AWS's own, by the end of their ARN.
        own: a policy of the role's own.
    """

    def __init__(
        self,
        account: Account,
        role: str,
        service: str,
        managed: Sequence[str] = (),
        own: dict[str, Any] | None = None,
    ) -> None:
        self.name = f"role {role}"
        self._iam = account.client("iam")
        self._role = role
        self._managed = [f"{_MANAGED}{policy}" for policy in managed]
        self._own = own
        principal = {"Service": f"{service}.amazonaws.com"}
        self._trust = json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
            }
        )

    def up(self) -> str:
        """Create the role, or restore its trust and its policies."""
        done = "created"
        try:
            self._iam.create_role(RoleName=self._role, AssumeRolePolicyDocument=self._trust)
            self._iam.get_waiter("role_exists").wait(RoleName=self._role)
        except ClientError as error:
            if code_of(error) != "EntityAlreadyExists":
                raise
            self._iam.update_assume_role_policy(RoleName=self._role, PolicyDocument=self._trust)
            done = "there already"
        for arn in self._managed:
            self._iam.attach_role_policy(RoleName=self._role, PolicyArn=arn)
        if self._own:
            policy = json.dumps(self._own)
            self._iam.put_role_policy(RoleName=self._role, PolicyName=_POLICY, PolicyDocument=policy)
        return done

    def down(self) -> str:
        """Delete the role with its policies."""
        try:
            for policy in self._iam.list_attached_role_policies(RoleName=self._role)["AttachedPolicies"]:
                self._iam.detach_role_policy(RoleName=self._role, PolicyArn=policy["PolicyArn"])
            for name in self._iam.list_role_policies(RoleName=self._role)["PolicyNames"]:
                self._iam.delete_role_policy(RoleName=self._role, PolicyName=name)
            self._iam.delete_role(RoleName=self._role)
        except ClientError as error:
            if code_of(error) == "NoSuchEntity":
                return "not there"
            raise
        return "deleted"


def _document(bucket: str, *actions: str) -> dict[str, Any]:
    arn = f"arn:aws:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": arn},
            {"Effect": "Allow", "Action": list(actions), "Resource": f"{arn}/*"},
        ],
    }
