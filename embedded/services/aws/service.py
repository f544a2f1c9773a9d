"""AWS's place in the embedded stack: S3, Glue, Athena, Batch, CloudWatch Logs, IAM and STS."""

from __future__ import annotations

import sys

from catalog.services.aws import AWS
from catalog.services.dataset import DATASET
from embedded.service import Context, ProcessSpec, Service
from embedded.services.aws import HEALTH
from embedded.shared.loopback import http_ok


class Aws(Service):
    """AWS's place in the embedded stack: S3, Glue, Athena, Batch, CloudWatch Logs, IAM and STS."""

    spec = AWS

    def command(self, context: Context) -> ProcessSpec:
        """Run `embedded.services.aws` with its state folder and the dataset's seed."""
        env = {
            **self.environment(context),
            "AWS_HOME": str(context.home),
            DATASET.setting("seed").variable: str(context.settings[DATASET].seed),
        }
        return ProcessSpec([sys.executable, "-m", "embedded.services.aws"], env, ends_with_parent=True)

    def healthy(self, context: Context) -> bool:
        """Whether the health check answers."""
        return http_ok(self.port(context), HEALTH)

    def environment(self, context: Context) -> dict[str, str]:
        """Endpoint, port, keys and region, by the names that AWS's clients read."""
        region = context.settings[AWS].region
        return {**super().environment(context), "AWS_DEFAULT_REGION": region}  # the name that boto3 reads
