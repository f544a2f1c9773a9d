"""STS's errors.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html.
"""

from __future__ import annotations

from embedded.services.aws.errors import AwsError


def access_denied(user: str, role_arn: str) -> AwsError:
    """The error for a role that does not trust the caller.

    Parameters:
        user: ARN of the caller.
        role_arn: ARN of the role.
    """
    message = f"User: {user} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
    return AwsError("AccessDenied", message, 403)


def duration_too_long() -> AwsError:
    """The error for a session that is longer than its role allows."""
    message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    return AwsError("ValidationError", message)


def invalid_token() -> AwsError:
    """The error for a token that does not belong to the access key."""
    return AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403)


def expired_token() -> AwsError:
    """The error for a session that has ended."""
    return AwsError("ExpiredToken", "The security token included in the request is expired", 403)
