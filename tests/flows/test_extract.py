"""The script that fetches a month of trips, in all flows: what it counts, and how it refuses what it gets."""

import csv
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.odd_answers import HEAD, ODD_FILES, Answer, answering
from tests.support.stack import ROOT

FLOWS = ("04_postgres_taxi", "05_postgres_taxi_scheduled", "08_gcp_taxi", "09_gcp_taxi_scheduled")
IN_HALVES = "04_postgres_taxi_improved"


def script(flow: str) -> str:
    tasks = yaml.safe_load((ROOT / "flows" / f"{flow}.yaml").read_text())["tasks"]
    return next(task["inputFiles"]["extract.py"] for task in tasks if task["id"] == "extract")


def extract(folder: Path, url: str, seconds: int = 60, flow: str = FLOWS[0]) -> subprocess.CompletedProcess[str]:
    """Run the script as a flow does."""
    settings = {"URL": f"{url}/trips.csv.gz", "FILE": "trips.csv", "COLUMNS": "a,b", "SECONDS_AT_MOST": str(seconds)}
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()} | settings
    command = [sys.executable, "-c", script(flow)]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_all_flows_have_the_same_script() -> None:
    assert len({script(flow) for flow in FLOWS}) == 1


COUNTED = [
    ("a,b\n1,2\n3,4\n", 2),
    ("a,b\n1,2\n3,4", 2),
    ('a,b\n1,"two\nlines"\n3,4\n', 2),
    ('a,b\n1,"a ""quoted""\nword"\n', 1),
    ("a,b\n", 0),
    pytest.param("a,b\n" + '1,"x\ny"\n' * 200_000, 200_000, id="a quotation over the border of two pieces"),
]


@pytest.mark.parametrize(("text", "rows"), COUNTED)
def test_it_counts_the_rows_that_a_store_takes(tmp_path: Path, text: str, rows: int) -> None:
    with answering(lambda path: Answer(HEAD + gzip.compress(text.encode()))) as url:
        done = extract(tmp_path, url)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.strip().strip(":"))["outputs"] == {"rows": rows, "bytes": len(text)}
    assert (tmp_path / "trips.csv").read_text() == text


@pytest.mark.parametrize(("text", "rows"), COUNTED)
def test_the_halves_are_the_rows_and_no_row_is_cut(tmp_path: Path, text: str, rows: int) -> None:
    packed = gzip.compress(text.encode())
    with answering(lambda path: Answer(HEAD + packed)) as url:
        done = extract(tmp_path, url, flow=IN_HALVES)
    assert done.returncode == 0, done.stderr
    outputs = {"rows": rows, "sha256": hashlib.sha256(packed).hexdigest()}
    assert json.loads(done.stdout.strip().strip(":"))["outputs"] == outputs
    halves = [list(csv.reader((tmp_path / f"half_{half}.csv").open(newline=""))) for half in "12"]
    assert sorted(halves[0] + halves[1]) == sorted(csv.reader(io.StringIO(text.partition("\n")[2], newline="")))


def test_the_halves_are_of_one_size(tmp_path: Path) -> None:
    with answering(lambda path: Answer(HEAD + gzip.compress(b"a,b\n" + b"1,2\n" * 1_000_000))) as url:
        extract(tmp_path, url, flow=IN_HALVES)
    sizes = [(tmp_path / f"half_{half}.csv").stat().st_size for half in "12"]
    assert min(sizes) > 0.9 * max(sizes)


@pytest.mark.parametrize("flow", [FLOWS[0], IN_HALVES])
@pytest.mark.parametrize(
    ("answer", "message"),
    [
        *ODD_FILES.values(),
        (Answer(HEAD + gzip.compress(b"a,b\n1,2\n")[:-9]), "was cut short or is damaged"),
        (Answer(b""), "cannot be fetched: Remote end closed connection without response"),
        (Answer(HEAD + gzip.compress("a,b\n1,2\n".encode("utf-16"))), "begins with a byte-order mark (BOM)"),
        (Answer(b"HTTP/1.0 302 Found\r\nLocation: /trips.csv.gz\r\n\r\n"), "infinite loop"),
        (Answer(b"HTTP/1.0 302 Found\r\nLocation: http://[\r\n\r\n"), "cannot be fetched: Invalid"),
        (Answer(b"HTTP/1.0 302 Found\r\nLocation: file:///trips.csv.gz\r\n\r\n"), "is not allowed"),
    ],
)
def test_it_refuses_in_one_line_what_it_cannot_use(tmp_path: Path, answer: Answer, message: str, flow: str) -> None:
    with answering(lambda path: answer) as url:
        done = extract(tmp_path, url, seconds=3 if answer.trickle else 60, flow=flow)
    (line,) = done.stderr.splitlines()
    assert done.returncode == 1
    assert message in line
    assert line.startswith(f"{url}/trips.csv.gz ")
    assert list(tmp_path.glob("*.csv")) == []
