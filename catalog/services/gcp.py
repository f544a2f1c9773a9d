"""Google Cloud: Cloud Storage, BigQuery and the tokens for both."""

from dataclasses import dataclass

from catalog import setting, versions
from catalog.spec import Address, Container, Health, ServiceSpec


@dataclass(frozen=True)
class GcpSettings:
    """Settings of the stand-in."""

    port: int = setting.port("GCP_PORT", 4443)
    project_id: str = setting.google_project("GCP_PROJECT_ID", "workbook-local")
    location: str = setting.text("GCP_LOCATION", "us-central1")


GCP = ServiceSpec(
    name="gcp",
    title="Google Cloud",
    settings=GcpSettings,
    container=Container(
        name="gcp",
        image=f"kestra-workbook-gcp:{versions.STAND_IN}",
        health="http://localhost:4443/_health",
        memory="3g",
        environment={"GCP_PROJECT_ID": "GCP_PROJECT_ID"},
    ),
    order=9,
    addresses=(Address("STORAGE_EMULATOR_HOST"), Address("BIGQUERY_EMULATOR_HOST")),
    health=Health("/_health"),
    seen_by_flows=("GCP_PROJECT_ID", "GCP_LOCATION"),
    process_variables=("STORAGE_EMULATOR_HOST", "BIGQUERY_EMULATOR_HOST"),
    client_variables=("GCP_CREDS_FILE",),
    prefixes=("GCP_", "STORAGE_EMULATOR_HOST", "BIGQUERY_EMULATOR_HOST"),
)
