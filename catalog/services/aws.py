"""AWS: S3, Glue, Athena, Batch, CloudWatch Logs, IAM and STS."""

from dataclasses import dataclass

from catalog import setting, versions
from catalog.spec import Address, Container, Health, ServiceSpec


@dataclass(frozen=True)
class AwsSettings:
    """Settings of the stand-in, or of an account of AWS itself on the cloud stack."""

    port: int = setting.port("AWS_PORT", 4566)
    access_key_id: str = setting.text("AWS_ACCESS_KEY_ID", "workbook")
    secret_access_key: str = setting.secret("AWS_SECRET_ACCESS_KEY", "workbook-secret")
    region: str = setting.text("AWS_REGION", "us-east-1")
    endpoint_url: str | None = setting.url("AWS_ENDPOINT_URL")
    """Where an account's services are, if not at AWS's own addresses."""


AWS = ServiceSpec(
    name="aws",
    title="AWS",
    settings=AwsSettings,
    container=Container(
        name="aws",
        image=f"kestra-workbook-aws:{versions.STAND_IN}",
        health="http://localhost:4566/_health",
        memory="3g",
        environment={name: name for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")},
        seen_by_flows={"AWS_ENDPOINT_URL": "${ENV_AWS_ENDPOINT_URL-http://aws:4566}"},  # empty for AWS itself
    ),
    order=8,
    addresses=(Address("AWS_ENDPOINT_URL"),),
    health=Health("", any_answer=True),  # it refuses whoever does not sign
    seen_by_flows=("AWS_ENDPOINT_URL", "AWS_REGION"),
    secrets=("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    process_variables=(
        *("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        *("AWS_REGION", "AWS_DEFAULT_REGION"),
    ),
)
