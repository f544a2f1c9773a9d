"""Bodies of io.kestra.plugin.aws: s3.* with boto3, and cli.AwsCLI."""

from embedded.services.kestra.tasks.aws import cli, download, objects, trigger, upload

__all__ = ["cli", "download", "objects", "trigger", "upload"]
