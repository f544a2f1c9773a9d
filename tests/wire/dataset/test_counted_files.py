"""What is counted in a file agrees with what was counted while it was made: all months of both taxis."""

import csv
import gzip
import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests

from embedded.services.dataset.catalogue import ALL_FILES, TaxiFile
from tests.support.other_source import other_source
from workbook.dataset import Dataset
from workbook.errors import NotFound, SourceFailed
from workbook.settings import Settings

COUNTED = ("rows", "rows_distinct_by_natural_key", "bytes", "bytes_uncompressed")
FARES = "SELECT sum(fare_amount)::float8, min(fare_amount)::float8 FROM read_csv(?)"
"""As lesson 04 asks; `float` is of 32 bits in DuckDB."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with other_source(tmp_path_factory.mktemp("other")) as address:
        yield address


@pytest.fixture
def dataset(url: str) -> Dataset:
    """As a notebook has it whose files come from elsewhere."""
    return Dataset(replace(Settings(), taxi_base_url=url, dataset_url="http://127.0.0.1:1"))


@pytest.mark.parametrize("file", ALL_FILES, ids=lambda file: file.name)
def test_a_file_is_counted_as_its_manifest_says(dataset: Dataset, url: str, file: TaxiFile, tmp_path: Path) -> None:
    manifest: dict[str, Any] = requests.get(f"{url}/manifest/{file.name}.json", timeout=60).json()
    assert dataset.source(file.name.removesuffix(".gz")) == {name: manifest[name] for name in COUNTED}
    packed = tmp_path / file.name
    packed.write_bytes(requests.get(f"{url}/{file.taxi}/{file.name}", timeout=60).content)
    with gzip.open(packed, "rt", newline="") as rows:
        fares = [Decimal(row["fare_amount"]) for row in csv.DictReader(rows)]
    total, lowest = duckdb.execute(FARES, [str(packed)]).fetchone() or ()
    assert math.isclose(total, float(sum(fares)), abs_tol=0.005)
    assert lowest == float(min(fares))


def test_it_is_fetched_once(url: str, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    first = dataset.source("green_tripdata_2020-04.csv")
    monkeypatch.setattr("workbook.taxi_files.counted", lambda url: pytest.fail("fetched again"))
    assert dataset.source("green_tripdata_2020-04.csv") == first


def test_generated_files_have_a_manifest(url: str) -> None:
    own = Dataset(replace(Settings(), taxi_base_url=url, dataset_url=url))
    assert own.source("green_tripdata_2020-04.csv")["generated"] is True


@pytest.mark.parametrize(
    ("path", "file", "error", "words"),
    [
        ("", "green_tripdata_2021-12.csv", NotFound, "answers 404"),
        ("/faults/truncated", "green_tripdata_2020-04.csv", SourceFailed, "cut short"),
        ("/products?x=", "green_tripdata_2020-04.csv", SourceFailed, "cannot be fetched"),
    ],
)
def test_what_cannot_be_counted(url: str, path: str, file: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        Dataset(replace(Settings(), taxi_base_url=url + path, dataset_url=None)).source(file)


def test_a_source_that_does_not_answer_is_named() -> None:
    nowhere = Dataset(replace(Settings(), taxi_base_url="http://127.0.0.1:1", dataset_url=None))
    with pytest.raises(SourceFailed, match=r"http://127\.0\.0\.1:1/green/green_tripdata_2020-04\.csv\.gz"):
        nowhere.source("green_tripdata_2020-04.csv")
