"""AWS's place in the embedded stack: S3, Glue, Athena, Batch, CloudWatch Logs, IAM and STS."""

from __future__ import annotations

import sys

from embedded.service import Context, Launch, Service
from embedded.services.aws import HEALTH
from embedded.shared.loopback import HOST, http_ok
from embedded.shared.settings import Settings


class Aws(Service):
    """AWS's place in the embedded stack: S3, Glue, Athena, Batch, CloudWatch Logs, IAM and STS."""

    name = "aws"

    def wanted_ports(self, settings: Settings) -> dict[str, int]:
        return {"AWS_PORT": settings.aws_port}

    def command(self, context: Context) -> Launch:
        settings = context.settings
        env = {
            **self.environment(context),
            "AWS_HOME": str(context.home),
            "DATASET_SEED": str(settings.dataset_seed),
        }
        return Launch([sys.executable, "-m", "embedded.services.aws"], env, lifeline=True)

    def healthy(self, context: Context) -> bool:
        return http_ok(context.ports["AWS_PORT"], HEALTH)

    def environment(self, context: Context) -> dict[str, str]:
        settings = context.settings
        port = context.ports["AWS_PORT"]
        return {
            "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
            "AWS_PORT": str(port),
            "AWS_ACCESS_KEY_ID": settings.aws_access_key_id,
            "AWS_SECRET_ACCESS_KEY": settings.aws_secret_access_key,
            "AWS_REGION": settings.aws_region,
            "AWS_DEFAULT_REGION": settings.aws_region,  # the name that boto3 reads
        }
