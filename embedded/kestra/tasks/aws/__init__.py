"""Bodies of io.kestra.plugin.aws.s3.*, with boto3."""

from embedded.kestra.tasks.aws import download, objects, trigger, upload

__all__ = ["download", "objects", "trigger", "upload"]
