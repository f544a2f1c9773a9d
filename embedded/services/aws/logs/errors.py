"""Errors of CloudWatch Logs.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html.
"""

from __future__ import annotations

from embedded.services.aws.errors import AwsError

INVALID = "InvalidParameterException"


def invalid(message: str) -> AwsError:
    """The error for a parameter that is not valid."""
    return AwsError(INVALID, message)


def missing(what: str) -> AwsError:
    """The error for a group or a stream that does not exist."""
    return AwsError("ResourceNotFoundException", f"The specified log {what} does not exist.")


def existing(what: str) -> AwsError:
    """The error for a group or a stream that exists already."""
    return AwsError("ResourceAlreadyExistsException", f"The specified log {what} already exists")
