"""IAM's operations on roles and their policies.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from embedded.services.aws.account import ACCOUNT
from embedded.services.aws.iam.errors import delete_conflict, malformed_policy, missing_entity
from embedded.services.aws.iam.shapes import INTERNAL, PAGE, Output, instance_profile_shape, list_response, role_shape
from embedded.services.aws.iam.store import Body, IamStore, principals
from embedded.services.aws.protocol.pages import paginate
from embedded.services.aws.protocol.request import Request


class Roles:
    """Roles and the policies in them."""

    def __init__(self, store: IamStore) -> None:
        self._store = store

    def create_role(
        self,
        request: Request,
        role_name: str,
        assume_role_policy_document: str,
        path: str = "/",
        description: str | None = None,
        max_session_duration: int = 3600,
        tags: list[Body] | None = None,
    ) -> Output:
        """CreateRole.

        Parameters: as in https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
        """
        body: Body = {
            "AssumeRolePolicyDocument": _trust(assume_role_policy_document),
            "Description": description,
            "MaxSessionDuration": max_session_duration,
            "Tags": tags or [],
            **{name: {} for name in INTERNAL},
        }
        return {"Role": role_shape(self._store.create("role", role_name, path, body))}

    def get_role(self, request: Request, role_name: str) -> Output:
        """GetRole: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html"""
        return {"Role": role_shape(self._store.find("role", role_name))}

    def list_roles(
        self, request: Request, path_prefix: str = "/", marker: str | None = None, max_items: int = PAGE
    ) -> Output:
        """ListRoles.

        Parameters: as in https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
        """
        roles = [role_shape(role) for role in self._store.all("role") if role["Path"].startswith(path_prefix)]
        return list_response("Roles", roles, "RoleName", marker, max_items)

    def update_assume_role_policy(self, request: Request, role_name: str, policy_document: str) -> None:
        """UpdateAssumeRolePolicy.

        Parameters: as in https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
        """
        with self._store.transaction():
            role = self._store.find("role", role_name)
            role["AssumeRolePolicyDocument"] = _trust(policy_document)
            self._store.save("role", role_name, role)

    def delete_role(self, request: Request, role_name: str) -> None:
        """DeleteRole: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html"""
        with self._store.transaction():
            role = self._store.find("role", role_name)
            profiles = self._store.profiles_of(role_name)
            if role["Policies"] or role["Attached"] or profiles:
                what = "remove roles from instance profile" if profiles else "detach all policies"
                raise delete_conflict(what)
            self._store.delete("role", role_name)

    def put_role_policy(self, request: Request, role_name: str, policy_name: str, policy_document: str) -> None:
        """PutRolePolicy.

        Parameters: as in https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
        """
        _parse_document(policy_document)
        with self._store.transaction():
            role = self._store.find("role", role_name)
            role["Policies"][policy_name] = policy_document
            self._store.save("role", role_name, role)

    def get_role_policy(self, request: Request, role_name: str, policy_name: str) -> Output:
        """GetRolePolicy.

        Parameters: as in https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html
        """
        policies = self._store.find("role", role_name)["Policies"]
        if policy_name not in policies:
            raise missing_entity(f"The role policy with name {policy_name}")
        document = quote(policies[policy_name], safe="")
        return {"RoleName": role_name, "PolicyName": policy_name, "PolicyDocument": document}

    def list_role_policies(
        self, request: Request, role_name: str, marker: str | None = None, max_items: int = PAGE
    ) -> Output:
        """ListRolePolicies.

        Parameters: as in https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html
        """
        names = self._store.find("role", role_name)["Policies"]
        page, following = paginate(names, str, marker, max_items, "ValidationError")
        return {"PolicyNames": page, "IsTruncated": following is not None, "Marker": following}

    def delete_role_policy(self, request: Request, role_name: str, policy_name: str) -> None:
        """DeleteRolePolicy.

        Parameters: as in https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html
        """
        self._remove_policy(role_name, "Policies", policy_name)

    def attach_role_policy(self, request: Request, role_name: str, policy_arn: str) -> None:
        """AttachRolePolicy.

        Parameters: as in https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
        """
        if not policy_arn.startswith("arn:aws:iam::aws:policy/"):
            raise missing_entity(f"Policy {policy_arn} does not exist or is not attachable: it")
        with self._store.transaction():
            role = self._store.find("role", role_name)
            role["Attached"][policy_arn] = policy_arn.rpartition("/")[2]
            self._store.save("role", role_name, role)

    def list_attached_role_policies(
        self, request: Request, role_name: str, marker: str | None = None, max_items: int = PAGE
    ) -> Output:
        """ListAttachedRolePolicies.

        Parameters: as in https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html
        """
        attached = self._store.find("role", role_name)["Attached"]
        policies = [{"PolicyArn": arn, "PolicyName": name} for arn, name in attached.items()]
        return list_response("AttachedPolicies", policies, "PolicyArn", marker, max_items)

    def detach_role_policy(self, request: Request, role_name: str, policy_arn: str) -> None:
        """DetachRolePolicy.

        Parameters: as in https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html
        """
        self._remove_policy(role_name, "Attached", policy_arn)

    def list_instance_profiles_for_role(
        self, request: Request, role_name: str, marker: str | None = None, max_items: int = PAGE
    ) -> Output:
        """ListInstanceProfilesForRole.

        Parameters: as in https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfilesForRole.html
        """
        self._store.find("role", role_name)
        profiles = self._store.profiles_of(role_name)
        shapes = [instance_profile_shape(self._store, profile) for profile in profiles]
        return list_response("InstanceProfiles", shapes, "InstanceProfileName", marker, max_items)

    def _remove_policy(self, role_name: str, what: str, name: str) -> None:
        with self._store.transaction():
            role = self._store.find("role", role_name)
            if name not in role[what]:
                raise missing_entity(f"Policy {name} of role {role_name}")
            del role[what][name]
            self._store.save("role", role_name, role)


def _parse_document(text: str) -> Any:
    try:
        document = json.loads(text)
        if document["Statement"]:
            return document
    except (ValueError, KeyError, TypeError) as error:
        raise malformed_policy("This policy contains invalid Json") from error
    raise malformed_policy("The policy has no statement")


def _trust(text: str) -> str:
    _parse_document(text)
    try:
        known = principals(text)
    except (KeyError, TypeError, AttributeError) as error:
        raise malformed_policy("A trust policy needs Effect, Principal and Action") from error
    if not known:
        raise malformed_policy(f"AssumeRolePolicyDocument trusts nobody in account {ACCOUNT}")
    return text
