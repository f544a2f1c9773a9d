"""Glue's errors, in Glue's words."""

from __future__ import annotations

from embedded.services.aws.errors import AwsError


def missing(what: str) -> AwsError:
    """The error for something that is not there.

    Parameters:
        what: such as `Table x`.
    """
    return AwsError("EntityNotFoundException", f"{what} not found.")


def exists(what: str) -> AwsError:
    """The error for something that is there already; `what` as for `missing`."""
    return AwsError("AlreadyExistsException", f"{what} already exists.")


def invalid(message: str) -> AwsError:
    """The error for a value that cannot be."""
    return AwsError("InvalidInputException", message)
