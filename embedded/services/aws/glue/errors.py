"""Glue's errors.

Source: https://docs.aws.amazon.com/glue/latest/webapi/CommonErrors.html.
"""

from __future__ import annotations

from embedded.services.aws.errors import AwsError


def missing(what: str) -> AwsError:
    """The error for something that does not exist.

    Parameters:
        what: such as `Table x`.
    """
    return AwsError("EntityNotFoundException", f"{what} not found.")


def existing(what: str) -> AwsError:
    """The error for something that exists already; `what` as for `missing`."""
    return AwsError("AlreadyExistsException", f"{what} already exists.")


def invalid(message: str) -> AwsError:
    """The error for an invalid value."""
    return AwsError("InvalidInputException", message)


def unsupported(what: str) -> AwsError:
    """The error for a part of a request that the emulator does not have."""
    return AwsError("NotImplemented", f"{what} is not part of the embedded AWS; leave it out.", 501)


def missing_crawler(name: str) -> AwsError:
    """The error for a crawler that does not exist."""
    return AwsError("EntityNotFoundException", f"Crawler entry with name {name} does not exist")
