"""What images would bring."""

import pytest

from embedded.services.kestra.tasks.images import advice


@pytest.mark.parametrize(
    ("image", "package"),
    [
        ("ghcr.io/kestra-io/pydata:latest", "pandas"),
        ("ghcr.io/kestra-io/polars", "polars"),
        ("ghcr.io/kestra-io/dbt-duckdb:1.9", "dbt-duckdb"),
    ],
)
def test_a_known_image(image: str, package: str) -> None:
    assert package in (advice(image) or "")


@pytest.mark.parametrize("image", ["", "python:3.13-slim", "ghcr.io/kestra-io/dbt-athena", "ghcr.io/other/pydata"])
def test_images_that_bring_nothing_more(image: str) -> None:
    assert advice(image) is None
