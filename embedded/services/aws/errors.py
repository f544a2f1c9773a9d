"""Errors of all AWS services."""

from __future__ import annotations


class AwsError(Exception):
    """An error with AWS's error code.

    Parameters:
        code: such as `NoSuchKey`.
        message: message for people.
        status: HTTP status.
        details: further elements of the response, such as the bucket's name.
    """

    def __init__(self, code: str, message: str, status: int = 400, **details: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.details = details


def not_implemented(what: str) -> AwsError:
    """The error for a part of AWS that the emulator does not have.

    Parameters:
        what: name of the part.
    """
    return AwsError("NotImplemented", f"{what} is not part of the embedded AWS.", 501)
