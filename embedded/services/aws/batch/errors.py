"""Batch's errors.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/CommonErrors.html.
"""

from __future__ import annotations

from embedded.services.aws.errors import AwsError


def refused(message: str) -> AwsError:
    """The error for an invalid request.

    Parameters:
        message: names the invalid value, and what is valid.
    """
    return AwsError("ClientException", f"Error executing request, Exception : {message}")


def unsupported(what: str) -> AwsError:
    """The error for a part of Batch that the emulator does not have."""
    return AwsError("NotImplemented", f"batch: {what} is not part of the embedded AWS; leave it out.", 501)
