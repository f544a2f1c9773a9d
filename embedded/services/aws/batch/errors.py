"""Batch's one error for whatever a client does wrong."""

from __future__ import annotations

from embedded.services.aws.errors import AwsError


def refused(message: str) -> AwsError:
    """An error of the client's.

    Parameters:
        message: names the value and what would do.
    """
    return AwsError("ClientException", f"Error executing request, Exception : {message}")


def absent(what: str) -> AwsError:
    """The error for a part of Batch that is not here."""
    return AwsError("NotImplemented", f"batch: {what} is not part of the embedded AWS; leave it out.", 501)
