"""Errors as Google's REST APIs return them."""

from __future__ import annotations

from starlette.responses import JSONResponse


class GoogleError(Exception):
    """An error response of Google's REST APIs.

    Parameters:
        status: of the HTTP response.
        reason: Google's word for it, such as `notFound`.
        message: for people.
        location: the header or parameter that it is about, or None.

    Source: https://cloud.google.com/storage/docs/json_api/v1/status-codes
    """

    def __init__(self, status: int, reason: str, message: str, location: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.location = location

    def response(self) -> JSONResponse:
        """The HTTP response. It closes the connection: after an error a client may never send the body it announced."""
        detail = {"message": self.message, "domain": "global", "reason": self.reason}
        if self.location:
            detail |= {"locationType": "header", "location": self.location}
        body = {"error": {"code": self.status, "message": self.message, "errors": [detail]}}
        return JSONResponse(body, self.status, {"Connection": "close"})


def not_implemented(what: str) -> GoogleError:
    """The error for a part of Google Cloud that is not emulated.

    Parameters:
        what: its name.
    """
    return GoogleError(501, "notImplemented", f"{what} is not part of the embedded Google Cloud.")


def invalid(message: str) -> GoogleError:
    """The error for an invalid request.

    Parameters:
        message: what is wrong, and what would be right.
    """
    return GoogleError(400, "invalid", message)
