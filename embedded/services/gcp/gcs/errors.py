"""The errors of Cloud Storage.

Source: https://cloud.google.com/storage/docs/json_api/v1/status-codes
"""

from __future__ import annotations

from embedded.services.gcp.errors import GoogleError


def no_bucket() -> GoogleError:
    """The error for a bucket that does not exist."""
    return GoogleError(404, "notFound", "The specified bucket does not exist.")


def no_object(bucket: str, key: str) -> GoogleError:
    """The error for an object that does not exist."""
    return GoogleError(404, "notFound", f"No such object: {bucket}/{key}")


def no_upload() -> GoogleError:
    """The error for a resumable upload that does not exist."""
    return GoogleError(404, "notFound", "There is no such upload; begin a new one.")


def bucket_exists() -> GoogleError:
    """The error for a bucket whose name is taken."""
    message = "Your previous request to create the named bucket succeeded and you already own it."
    return GoogleError(409, "conflict", message)


def bucket_not_empty() -> GoogleError:
    """The error for the deletion of a bucket that has objects."""
    return GoogleError(409, "conflict", "The bucket you tried to delete is not empty.")
