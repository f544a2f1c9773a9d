"""IAM's operations on roles and instance profiles, as `embedded.services.aws.protocol.dispatcher` calls them.

Parameters: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from embedded.services.aws.account import ACCOUNT
from embedded.services.aws.errors import AwsError
from embedded.services.aws.iam.store import Body, IamStore, missing, principals
from embedded.services.aws.protocol.dispatcher import Call
from embedded.services.aws.protocol.pages import page

Output = Mapping[str, Any]
_PAGE = 100
_OWN = ("Policies", "Attached")
"""What is kept with a role and is not in IAM's shape of it."""


class Roles:
    """Roles and the policies in them."""

    def __init__(self, store: IamStore) -> None:
        self._store = store

    def create_role(
        self,
        call: Call,
        role_name: str,
        assume_role_policy_document: str,
        path: str = "/",
        description: str | None = None,
        max_session_duration: int = 3600,
        tags: list[Body] | None = None,
    ) -> Output:
        about = {
            "AssumeRolePolicyDocument": _trust(assume_role_policy_document),
            "Description": description,
            "MaxSessionDuration": max_session_duration,
            "Tags": tags or [],
            **{name: {} for name in _OWN},
        }
        return {"Role": _role(self._store.create("role", role_name, path, about))}

    def get_role(self, call: Call, role_name: str) -> Output:
        return {"Role": _role(self._store.find("role", role_name))}

    def list_roles(
        self, call: Call, path_prefix: str = "/", marker: str | None = None, max_items: int = _PAGE
    ) -> Output:
        roles = [_role(role) for role in self._store.all("role") if role["Path"].startswith(path_prefix)]
        return _listed("Roles", roles, "RoleName", marker, max_items)

    def update_assume_role_policy(self, call: Call, role_name: str, policy_document: str) -> None:
        with self._store.transaction():
            role = self._store.find("role", role_name)
            role["AssumeRolePolicyDocument"] = _trust(policy_document)
            self._store.save("role", role_name, role)

    def delete_role(self, call: Call, role_name: str) -> None:
        with self._store.transaction():
            role = self._store.find("role", role_name)
            profiles = [one for one in self._store.all("instance profile") if role_name in one["Roles"]]
            if role["Policies"] or role["Attached"] or profiles:
                what = "remove roles from instance profile" if profiles else "detach all policies"
                raise AwsError("DeleteConflict", f"Cannot delete entity, must {what} first.")
            self._store.delete("role", role_name)

    def put_role_policy(self, call: Call, role_name: str, policy_name: str, policy_document: str) -> None:
        _document(policy_document)
        with self._store.transaction():
            role = self._store.find("role", role_name)
            role["Policies"][policy_name] = policy_document
            self._store.save("role", role_name, role)

    def get_role_policy(self, call: Call, role_name: str, policy_name: str) -> Output:
        policies = self._store.find("role", role_name)["Policies"]
        if policy_name not in policies:
            raise missing(f"The role policy with name {policy_name}")
        document = quote(policies[policy_name], safe="")
        return {"RoleName": role_name, "PolicyName": policy_name, "PolicyDocument": document}

    def list_role_policies(
        self, call: Call, role_name: str, marker: str | None = None, max_items: int = _PAGE
    ) -> Output:
        names = self._store.find("role", role_name)["Policies"]
        found, following = page(names, str, marker, max_items, "ValidationError")
        return {"PolicyNames": found, "IsTruncated": following is not None, "Marker": following}

    def delete_role_policy(self, call: Call, role_name: str, policy_name: str) -> None:
        self._take(role_name, "Policies", policy_name)

    def attach_role_policy(self, call: Call, role_name: str, policy_arn: str) -> None:
        if not policy_arn.startswith("arn:aws:iam::aws:policy/"):
            raise missing(f"Policy {policy_arn} does not exist or is not attachable: it")
        with self._store.transaction():
            role = self._store.find("role", role_name)
            role["Attached"][policy_arn] = policy_arn.rpartition("/")[2]
            self._store.save("role", role_name, role)

    def list_attached_role_policies(
        self, call: Call, role_name: str, marker: str | None = None, max_items: int = _PAGE
    ) -> Output:
        attached = self._store.find("role", role_name)["Attached"]
        policies = [{"PolicyArn": arn, "PolicyName": name} for arn, name in attached.items()]
        return _listed("AttachedPolicies", policies, "PolicyArn", marker, max_items)

    def detach_role_policy(self, call: Call, role_name: str, policy_arn: str) -> None:
        self._take(role_name, "Attached", policy_arn)

    def list_instance_profiles_for_role(
        self, call: Call, role_name: str, marker: str | None = None, max_items: int = _PAGE
    ) -> Output:
        self._store.find("role", role_name)
        profiles = [one for one in self._store.all("instance profile") if role_name in one["Roles"]]
        told = [instance_profile(self._store, one) for one in profiles]
        return _listed("InstanceProfiles", told, "InstanceProfileName", marker, max_items)

    def _take(self, role_name: str, what: str, name: str) -> None:
        with self._store.transaction():
            role = self._store.find("role", role_name)
            if name not in role[what]:
                raise missing(f"Policy {name} of role {role_name}")
            del role[what][name]
            self._store.save("role", role_name, role)


class InstanceProfiles:
    """Instance profiles, with the one role that each may hold."""

    def __init__(self, store: IamStore) -> None:
        self._store = store

    def create_instance_profile(self, call: Call, instance_profile_name: str, path: str = "/") -> Output:
        body = self._store.create("instance profile", instance_profile_name, path, {"Roles": []})
        return {"InstanceProfile": body}

    def get_instance_profile(self, call: Call, instance_profile_name: str) -> Output:
        found = self._store.find("instance profile", instance_profile_name)
        return {"InstanceProfile": instance_profile(self._store, found)}

    def add_role_to_instance_profile(self, call: Call, instance_profile_name: str, role_name: str) -> None:
        with self._store.transaction():
            self._store.find("role", role_name)
            profile = self._store.find("instance profile", instance_profile_name)
            if profile["Roles"]:
                message = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"
                raise AwsError("LimitExceeded", message)
            profile["Roles"] = [role_name]
            self._store.save("instance profile", instance_profile_name, profile)

    def remove_role_from_instance_profile(self, call: Call, instance_profile_name: str, role_name: str) -> None:
        with self._store.transaction():
            profile = self._store.find("instance profile", instance_profile_name)
            if role_name not in profile["Roles"]:
                raise missing(f"The role with name {role_name} in instance profile {instance_profile_name}")
            profile["Roles"] = []
            self._store.save("instance profile", instance_profile_name, profile)

    def delete_instance_profile(self, call: Call, instance_profile_name: str) -> None:
        with self._store.transaction():
            if self._store.find("instance profile", instance_profile_name)["Roles"]:
                raise AwsError("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")
            self._store.delete("instance profile", instance_profile_name)


def instance_profile(store: IamStore, body: Body) -> Body:
    """An instance profile in IAM's shape, with its role."""
    return {**body, "Roles": [_role(store.find("role", name)) for name in body["Roles"]]}


def _role(body: Body) -> Body:
    told = {name: value for name, value in body.items() if name not in _OWN}
    return {**told, "AssumeRolePolicyDocument": quote(body["AssumeRolePolicyDocument"], safe="")}


def _listed(name: str, items: Iterable[Body], key: str, marker: str | None, size: int) -> Output:
    found, following = page(items, lambda item: item[key], marker, size, "ValidationError")
    return {name: found, "IsTruncated": following is not None, "Marker": following}


def _document(text: str) -> Any:
    try:
        document = json.loads(text)
        if document["Statement"]:
            return document
    except (ValueError, KeyError, TypeError) as error:
        raise AwsError("MalformedPolicyDocument", "This policy contains invalid Json") from error
    raise AwsError("MalformedPolicyDocument", "The policy has no statement")


def _trust(text: str) -> str:
    _document(text)
    try:
        known = principals(text)
    except (KeyError, TypeError, AttributeError) as error:
        raise AwsError("MalformedPolicyDocument", "A trust policy needs Effect, Principal and Action") from error
    if not known:
        raise AwsError("MalformedPolicyDocument", f"AssumeRolePolicyDocument trusts nobody in account {ACCOUNT}")
    return text
