"""A bucket of S3."""

from typing import Any

from botocore.exceptions import ClientError

from insightflow_steps.account import Account, StepError, code_of

_KEYS_AT_ONCE = 1000  # the most that S3 takes


class Bucket:
    """A bucket. `down` deletes its objects only on request.

    Parameters:
        account: to work on.
        bucket: its name.
        empty: whether `down` may delete its objects.
    """

    def __init__(self, account: Account, bucket: str, empty: bool) -> None:
        self.name = f"bucket {bucket}"
        self._s3 = account.client("s3")
        self._region = account.region
        self._bucket = bucket
        self._empty = empty

    def up(self) -> str:
        """Create the bucket."""
        if self._is_there():
            return "there already"
        arguments: dict[str, Any] = {"Bucket": self._bucket}
        if self._region != "us-east-1":  # the default location of a bucket
            arguments["CreateBucketConfiguration"] = {"LocationConstraint": self._region}
        try:
            self._s3.create_bucket(**arguments)
        except ClientError as error:
            if code_of(error) == "BucketAlreadyExists":
                raise StepError(self._taken()) from error
            raise
        self._s3.get_waiter("bucket_exists").wait(Bucket=self._bucket)
        return "created"

    def down(self) -> str:
        """Delete the bucket, if it is empty or may be emptied."""
        if not self._is_there():
            return "not there"
        if self._empty:
            self._delete_objects()
        elif "Contents" in self._s3.list_objects_v2(Bucket=self._bucket, MaxKeys=1):
            return "stays, as there are objects in it; --empty-buckets deletes them too"
        self._s3.delete_bucket(Bucket=self._bucket)
        return "deleted"

    def _is_there(self) -> bool:
        try:
            self._s3.head_bucket(Bucket=self._bucket)
        except ClientError as error:
            if code_of(error) == "404":
                return False
            if code_of(error) == "403":
                raise StepError(self._taken()) from error
            raise
        return True

    def _taken(self) -> str:
        return (
            f"The bucket name {self._bucket} is taken by another account: choose another one, such as "
            f"{self._bucket}-<your initials>, with --raw-bucket or --results-bucket, and put it into Kestra's KV store"
        )

    def _delete_objects(self) -> None:
        for page in self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, PaginationConfig={"PageSize": _KEYS_AT_ONCE}
        ):
            keys = [{"Key": item["Key"]} for item in page.get("Contents", [])]
            if keys:
                response = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": keys, "Quiet": True})
                if response.get("Errors"):
                    raise StepError(f"{self.name}: {response['Errors'][0]['Message']} ({response['Errors'][0]['Key']})")
