"""What AWS answers when it cannot do what it is asked for."""

from __future__ import annotations


class AwsError(Exception):
    """An error by AWS's own code.

    Parameters:
        code: such as `NoSuchKey`.
        message: for people.
        status: of the HTTP answer.
        details: further elements of the answer, such as the bucket's name.
    """

    def __init__(self, code: str, message: str, status: int = 400, **details: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.details = details


def not_implemented(what: str) -> AwsError:
    """The error for a part of AWS that is absent here.

    Parameters:
        what: its name.
    """
    return AwsError("NotImplemented", f"{what} is not part of the embedded AWS.", 501)
