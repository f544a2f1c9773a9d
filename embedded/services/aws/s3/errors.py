"""S3's errors.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.
"""

from __future__ import annotations

from embedded.services.aws.errors import AwsError


def missing_bucket(bucket: str) -> AwsError:
    """The error for a bucket that does not exist."""
    return AwsError("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=bucket)


def missing_key(key: str) -> AwsError:
    """The error for an object that does not exist."""
    return AwsError("NoSuchKey", "The specified key does not exist.", 404, Key=key)


def missing_upload(upload: str) -> AwsError:
    """The error for a multipart upload that does not exist."""
    message = "The specified multipart upload does not exist. It may have been aborted or completed."
    return AwsError("NoSuchUpload", message, 404, UploadId=upload)


def failed_precondition(name: str) -> AwsError:
    """The error for a condition that does not hold; `name` is the header's."""
    message = "At least one of the pre-conditions you specified did not hold"
    return AwsError("PreconditionFailed", message, 412, Condition=name)


def access_denied() -> AwsError:
    """The error for an unsigned request to an operation of the bucket's owner."""
    return AwsError("AccessDenied", "Access Denied", 403)
