"""A manifest says what other programs count in the file."""

import json

import duckdb
import pytest

from embedded.services.dataset.catalogue import Edition, TaxiFile
from embedded.services.dataset.manifest import Manifests
from embedded.services.dataset.profile import natural_key
from embedded.services.dataset.trips import BLOCK

EDITIONS = [
    Edition(TaxiFile("yellow", 2020, 12), BLOCK + 30_000, 7),
    Edition(TaxiFile("green", 2020, 4), 900, 7),
    Edition(TaxiFile("yellow", 2019, 1), 4_000, 1),
]


@pytest.fixture(scope="module", params=EDITIONS, ids=lambda edition: edition.file.name)
def edition_on_disk(request, tmp_path_factory):
    """An edition, its file on disk, its manifest."""
    folder = tmp_path_factory.mktemp("dataset")
    path = folder / request.param.file.name
    manifests = Manifests(folder / "manifests")
    with path.open("wb") as target:
        target.writelines(manifests.packed(request.param))
    return request.param, path, manifests.known(request.param)


def read(path) -> duckdb.DuckDBPyRelation:
    return duckdb.read_csv(str(path), all_varchar=True, compression="gzip")


def test_rows_and_bytes(edition_on_disk):
    edition, path, manifest = edition_on_disk
    assert manifest["rows"] == edition.rows == read(path).shape[0]
    assert manifest["bytes"] == path.stat().st_size
    size = int.from_bytes(path.read_bytes()[-4:], "little")
    assert manifest["bytes_uncompressed"] == size


def test_duplicate_rows(edition_on_disk):
    _, path, manifest = edition_on_disk
    assert manifest["duplicate_rows"] == manifest["rows"] - read(path).distinct().shape[0] > 0


def test_rows_distinct_by_natural_key(edition_on_disk):
    edition, path, manifest = edition_on_disk
    key = ", ".join(f"coalesce({name}, '')" for name in natural_key(edition.file))
    (distinct,) = read(path).aggregate(f"count(DISTINCT ({key}))").fetchall()[0]
    assert manifest["rows_distinct_by_natural_key"] == distinct < manifest["rows"]


def test_nulls_lowest_and_highest_values(edition_on_disk):
    _, path, manifest = edition_on_disk
    typed = duckdb.read_csv(str(path), compression="gzip", sample_size=-1)
    for name, counted in manifest["columns"].items():
        low, high, present = typed.aggregate(f"min({name}), max({name}), count({name})").fetchall()[0]
        assert manifest["rows"] - present == counted["nulls"], name
        if counted["nulls"] == manifest["rows"]:
            assert counted["min"] is counted["max"] is None
        elif isinstance(counted["min"], str):
            assert (str(low), str(high)) == (counted["min"], counted["max"])
        else:
            assert (float(low), float(high)) == (counted["min"], counted["max"])


def test_a_kept_manifest_is_used_again(tmp_path):
    manifests, edition = Manifests(tmp_path), EDITIONS[1]
    first = manifests.of(edition)
    (kept,) = tmp_path.rglob("*.json")
    kept.write_text(json.dumps({**first, "rows": -1}))
    assert manifests.of(edition)["rows"] == -1


def test_the_manifest_is_that_of_its_size_and_seed(tmp_path):
    manifests, file = Manifests(tmp_path), EDITIONS[1].file
    assert manifests.of(Edition(file, 100, 1))["rows"] == 100
    assert manifests.of(Edition(file, 200, 1))["rows"] == 200
    assert manifests.of(Edition(file, 200, 1))["crc32"] != manifests.of(Edition(file, 200, 2))["crc32"]


def test_a_file_that_was_not_taken_to_the_end_leaves_no_manifest(tmp_path):
    manifests, edition = Manifests(tmp_path), EDITIONS[0]
    pieces = manifests.packed(edition)
    next(pieces)
    pieces.close()
    assert manifests.known(edition) is None
