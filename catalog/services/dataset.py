"""The server of generated data: taxi trips, products, trade and fuel prices."""

from dataclasses import dataclass

from catalog import setting, versions
from catalog.spec import Address, Container, Health, ServiceSpec

TAXI_RELEASES = "https://github.com/DataTalksClub/nyc-tlc-data/releases/download"
"""The public taxi files."""
PRODUCTS = "https://dummyjson.com/products"
INSIGHTFLOW_FILES = "https://{host}"
"""The public files, on two hosts; the ingestion program knows which is on which."""


@dataclass(frozen=True)
class DatasetSettings:
    """Settings of the data server, and where flows read from if not from it."""

    port: int = setting.port("DATASET_PORT", 8090)
    rows: int = setting.number("DATASET_ROWS", 10_000, 1, 100_000_000)
    seed: int = setting.number("DATASET_SEED", 2021, 0, 2**32 - 1)
    taxi_base_url: str | None = setting.url("TAXI_BASE_URL")
    products_url: str | None = setting.url("PRODUCTS_URL")
    insightflow_base_url: str | None = setting.url("INSIGHTFLOW_BASE_URL")


DATASET = ServiceSpec(
    name="dataset",
    title="data server",
    settings=DatasetSettings,
    container=Container(
        name="dataset",
        image=f"kestra-workbook-dataset:{versions.STAND_IN}",
        health="http://localhost:8090/health",
        memory="1g",
        environment={"DATASET_ROWS": "DATASET_ROWS", "DATASET_SEED": "DATASET_SEED"},
        seen_by_flows={
            "TAXI_BASE_URL": f"${{TAXI_BASE_URL:-${{FLOWS_DATASET_URL:-{TAXI_RELEASES}}}}}",
            "PRODUCTS_URL": f"${{PRODUCTS_URL:-${{FLOWS_DATASET_URL:-{PRODUCTS.removesuffix('/products')}}}/products}}",
        },
    ),
    order=3,
    starts_by_default=True,
    addresses=(Address("DATASET_URL"),),
    health=Health("/health"),
    seen_by_flows=("TAXI_BASE_URL", "PRODUCTS_URL"),
)
