"""IAM's errors.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html.
"""

from __future__ import annotations

from embedded.services.aws.errors import AwsError


def missing_entity(what: str) -> AwsError:
    """The error for an entity that does not exist."""
    return AwsError("NoSuchEntity", f"{what} cannot be found.")


def existing_entity(kind: str, name: str) -> AwsError:
    """The error for an entity that exists already."""
    return AwsError("EntityAlreadyExists", f"{kind.capitalize()} with name {name} already exists.")


def delete_conflict(what: str) -> AwsError:
    """The error for an entity that is in use; `what` must be done first."""
    return AwsError("DeleteConflict", f"Cannot delete entity, must {what} first.")


def limit_exceeded() -> AwsError:
    """The error for a second role in an instance profile."""
    return AwsError("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")


def malformed_policy(message: str) -> AwsError:
    """The error for a policy document that cannot be stored."""
    return AwsError("MalformedPolicyDocument", message)
