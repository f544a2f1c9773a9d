"""The files over HTTP, from a server process of its own."""

import gzip
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
import requests

from tests.support import foreign_page
from tests.support.waiting import answers, eventually

DECEMBER = "yellow/yellow_tripdata_2020-12.csv.gz"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The address of a running server."""
    port = free_port()
    settings = {
        "EMBEDDED_HOME": str(tmp_path_factory.mktemp("home")),
        "DATASET_PORT": str(port),
        "DATASET_ROWS": "2000",
    }
    server = subprocess.Popen([sys.executable, "-m", "embedded.services.dataset"], env={**os.environ, **settings})
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address)
        yield address
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(10)


def wait_for(address: str) -> None:
    eventually(lambda: answers(f"{address}/health"), what=f"an answer at {address}")
    assert requests.get(f"{address}/health", timeout=2).json() == {"status": "UP"}


def get(url: str, **options) -> requests.Response:
    return requests.get(url, timeout=60, **options)


def test_a_file_has_the_rows_of_its_month_and_its_manifest_agrees(base):
    content = get(f"{base}/{DECEMBER}").content
    manifest = get(f"{base}/manifest/yellow_tripdata_2020-12.csv.gz.json").json()
    lines = gzip.decompress(content)
    assert lines.count(b"\n") - 1 == manifest["rows"] == 1424
    assert (len(content), len(lines)) == (manifest["bytes"], manifest["bytes_uncompressed"])


def test_head_tells_the_length_of_a_file_that_was_made_before(base):
    length = len(get(f"{base}/{DECEMBER}").content)
    answer = requests.head(f"{base}/{DECEMBER}", timeout=10)
    assert (answer.status_code, int(answer.headers["content-length"]), answer.content) == (200, length, b"")


def test_size_and_seed_can_be_asked_for(base):
    small, other = (get(f"{base}/{DECEMBER}?rows=50&seed={seed}").content for seed in (1, 2))
    assert gzip.decompress(small).count(b"\n") == 51
    assert small != other


def test_the_first_byte_comes_while_the_file_is_made(base):
    rows = 1_000_000
    begun = time.monotonic()
    with get(f"{base}/green/green_tripdata_2020-01.csv.gz?rows={rows}", stream=True) as answer:
        chunks = answer.iter_content(1 << 16)
        next(chunks)
        first = time.monotonic() - begun
        size = sum(map(len, chunks))
    whole = time.monotonic() - begun
    assert size > 10_000_000
    assert first < whole / 3


def test_the_manifest_of_all_lists_every_file(base):
    manifest = get(f"{base}/manifest.json").json()
    assert len(manifest["files"]) == 62
    year = get(f"{base}/manifest.json?taxi=green&year=2020").json()
    assert list(year["files"]) == [f"green_tripdata_2020-{month:02}.csv.gz" for month in range(1, 13)]
    assert year["files"].items() <= manifest["files"].items()


@pytest.mark.parametrize(
    "path",
    [
        *("yellow/yellow_tripdata_2018-12.csv.gz", "yellow/yellow_tripdata_2021-08.csv.gz", "green/x.csv.gz"),
        *("green/yellow_tripdata_2020-12.csv.gz", "yellow/yellow_tripdata_2020-13.csv.gz", "", "a/b/c"),
        *("manifest/yellow_tripdata_2018-12.csv.gz.json", "faults/truncated/green/green_tripdata_2022-01.csv.gz"),
    ],
)
def test_what_does_not_exist_is_404_and_says_what_does(base, path):
    answer = get(f"{base}/{path}")
    assert answer.status_code == 404
    assert "2019-01 to 2021-07" in answer.json()["message"]


@pytest.mark.parametrize("query", ["rows=0", "rows=many", "rows=99999999999", "seed=-1"])
def test_a_query_that_makes_no_sense_is_400(base, query):
    answer = get(f"{base}/{DECEMBER}?{query}")
    assert answer.status_code == 400
    assert query.split("=")[0] in answer.json()["message"]


def test_faults_lie_under_the_same_path_shape(base):
    cut = get(f"{base}/faults/truncated/{DECEMBER}")
    assert cut.status_code == 200
    with pytest.raises(EOFError):
        gzip.decompress(cut.content)
    header = gzip.decompress(get(f"{base}/faults/missing-column/{DECEMBER}").content).split(b"\n")[0]
    assert b"fare_amount" not in header
    assert header.count(b",") == 16
    unknown = get(f"{base}/faults/slow/{DECEMBER}")
    assert (unknown.status_code, "truncated, missing-column" in unknown.json()["message"]) == (404, True)


def test_products_come_in_pages(base):
    first = get(f"{base}/products").json()
    everything = get(f"{base}/products?limit=0").json()
    second = get(f"{base}/products?limit=10&skip=30").json()
    assert (len(first["products"]), first["limit"], first["skip"]) == (30, 30, 0)
    assert second["products"] == everything["products"][30:40]
    assert len(everything["products"]) == everything["total"] == 74
    assert [product["id"] for product in everything["products"]] == list(range(1, 75))


def test_products_have_prices_and_some_have_no_brand(base):
    every = get(f"{base}/products?limit=0").json()["products"]
    assert all(product["price"] > 0 and product["title"] and product["category"] for product in every)
    assert 0 < sum("brand" not in product for product in every) < len(every) / 2
    assert "brand" not in {key for product in get(f"{base}/products").json()["products"][21:24] for key in product}


def test_writing_a_month_that_does_not_exist_says_so(tmp_path):
    command = [sys.executable, "-m", "embedded.services.dataset", "write", "--taxi", "yellow", "--month", "2022-01"]
    ended = subprocess.run([*command, "--to", tmp_path], capture_output=True, text=True, check=False)
    assert (ended.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "2019-01 to 2021-07" in ended.stderr


def test_a_taken_port_ends_the_server(base):
    port = base.rsplit(":", 1)[1]
    environment = {**os.environ, "DATASET_PORT": port}
    ended = subprocess.run(
        [sys.executable, "-m", "embedded.services.dataset"], env=environment, check=False, timeout=30
    )
    assert ended.returncode != 0


def test_the_insightflow_files_are_served_under_the_paths_of_the_public_ones(base):
    manifest = get(f"{base}/insightflow/manifest.json?until=2025-06-09").json()
    for entry in manifest["sets"].values():
        content = get(f"{base}/insightflow/{entry['path']}?until=2025-06-09").content
        assert content[:4] == content[-4:] == b"PAR1"
        assert get(f"{base}/insightflow/{entry['path']}?until=2025-06-09").content == content
    assert get(f"{base}/insightflow/manifest.json").json()["until"] > "2025-06-09"  # without a word, it is today


def test_the_insightflow_faults_are_in_one_set_only(base):
    def content(place: str, path: str) -> bytes:
        return get(f"{base}/{place}/{path}?until=2025-06-09").content

    for fault in ("bad-rows", "missing-column", "truncated"):
        broken = f"faults/{fault}/insightflow"
        assert content(broken, "iowrt/iowrt.parquet") == content("insightflow", "iowrt/iowrt.parquet")
        assert content(broken, "iowrt/iowrt_3d.parquet") != content("insightflow", "iowrt/iowrt_3d.parquet")
    assert not content("faults/truncated/insightflow", "iowrt/iowrt_3d.parquet").endswith(b"PAR1")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("insightflow/iowrt/none.parquet", 404, "iowrt/iowrt_3d.parquet"),
        ("faults/none/insightflow/iowrt/iowrt.parquet", 404, "bad-rows"),
        ("insightflow/iowrt/iowrt.parquet?until=June", 400, "2025-06-30"),
        ("insightflow/iowrt/iowrt.parquet?until=1999-01-01", 400, "2019-01-01"),
    ],
)
def test_an_insightflow_address_that_makes_no_sense_is_explained(base, path, status, words):
    answer = get(f"{base}/{path}")
    assert answer.status_code == status
    assert words in answer.json()["message"]


def test_pages_of_other_sites_are_refused(base):
    foreign_page.assert_refused(f"{base}/health")
