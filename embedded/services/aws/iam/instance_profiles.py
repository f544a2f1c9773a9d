"""IAM's operations on instance profiles.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

from embedded.services.aws.iam.errors import delete_conflict, limit_exceeded, missing_entity
from embedded.services.aws.iam.shapes import Output, instance_profile_shape
from embedded.services.aws.iam.store import IamStore
from embedded.services.aws.protocol.request import Request


class InstanceProfiles:
    """Instance profiles, with the one role that each may hold."""

    def __init__(self, store: IamStore) -> None:
        self._store = store

    def create_instance_profile(self, request: Request, instance_profile_name: str, path: str = "/") -> Output:
        """CreateInstanceProfile.

        Parameters: as in https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html
        """
        body = self._store.create("instance profile", instance_profile_name, path, {"Roles": []})
        return {"InstanceProfile": body}

    def get_instance_profile(self, request: Request, instance_profile_name: str) -> Output:
        """GetInstanceProfile: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetInstanceProfile.html"""
        profile = self._store.find("instance profile", instance_profile_name)
        return {"InstanceProfile": instance_profile_shape(self._store, profile)}

    def add_role_to_instance_profile(self, request: Request, instance_profile_name: str, role_name: str) -> None:
        """AddRoleToInstanceProfile.

        Parameters: as in https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html
        """
        with self._store.transaction():
            self._store.find("role", role_name)
            profile = self._store.find("instance profile", instance_profile_name)
            if profile["Roles"]:
                raise limit_exceeded()
            profile["Roles"] = [role_name]
            self._store.save("instance profile", instance_profile_name, profile)

    def remove_role_from_instance_profile(self, request: Request, instance_profile_name: str, role_name: str) -> None:
        """RemoveRoleFromInstanceProfile.

        Parameters: as in https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveRoleFromInstanceProfile.html
        """
        with self._store.transaction():
            profile = self._store.find("instance profile", instance_profile_name)
            if role_name not in profile["Roles"]:
                raise missing_entity(f"The role with name {role_name} in instance profile {instance_profile_name}")
            profile["Roles"] = []
            self._store.save("instance profile", instance_profile_name, profile)

    def delete_instance_profile(self, request: Request, instance_profile_name: str) -> None:
        """DeleteInstanceProfile: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteInstanceProfile.html"""
        with self._store.transaction():
            if self._store.find("instance profile", instance_profile_name)["Roles"]:
                raise delete_conflict("remove roles from instance profile")
            self._store.delete("instance profile", instance_profile_name)
