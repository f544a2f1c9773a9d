"""What Google Cloud answers when it cannot do what it is asked for."""

from __future__ import annotations

from starlette.responses import JSONResponse


class GoogleError(Exception):
    """An error as Google's REST APIs tell it.

    Parameters:
        status: of the HTTP answer.
        reason: Google's word for it, such as `notFound`.
        message: for people.
        location: the header or parameter that it is about, if any.

    Source: https://cloud.google.com/storage/docs/json_api/v1/status-codes
    """

    def __init__(self, status: int, reason: str, message: str, location: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.location = location

    def response(self) -> JSONResponse:
        """The answer. The connection ends after it: a client told no may never send the body that it announced."""
        detail = {"message": self.message, "domain": "global", "reason": self.reason}
        if self.location:
            detail |= {"locationType": "header", "location": self.location}
        body = {"error": {"code": self.status, "message": self.message, "errors": [detail]}}
        return JSONResponse(body, self.status, {"Connection": "close"})


def not_implemented(what: str) -> GoogleError:
    """The error for a part of Google Cloud that is absent here.

    Parameters:
        what: its name.
    """
    return GoogleError(501, "notImplemented", f"{what} is not part of the embedded Google Cloud.")


def invalid(message: str) -> GoogleError:
    """The error for a request that makes no sense.

    Parameters:
        message: what is wrong with it, and what would be right.
    """
    return GoogleError(400, "invalid", message)
