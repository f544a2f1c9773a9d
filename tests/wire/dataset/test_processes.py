"""Generated files, by processes of their own: the same bytes, and little memory."""

import os
import subprocess
import sys

from embedded.services.dataset import files
from embedded.services.dataset.catalogue import Edition, TaxiFile
from embedded.services.dataset.trips import BLOCK

GREEN_APRIL = TaxiFile("green", 2020, 4)


def test_another_process_makes_the_same_bytes(tmp_path):
    command = [sys.executable, "-m", "embedded.services.dataset", "write", "--taxi", "green", "--month", "2020-04"]
    environment = {**os.environ, "EMBEDDED_HOME": str(tmp_path / "home"), "PYTHONHASHSEED": "4"}
    subprocess.run([*command, "--rows", "3000", "--seed", "7", "--to", tmp_path], check=True, env=environment)
    written = (tmp_path / GREEN_APRIL.name).read_bytes()
    assert written == b"".join(files.Gzip().pack(files.csv(Edition(GREEN_APRIL, 3000, 7))))


MEMORY = """
import resource, sys
from embedded.services.dataset import files
from embedded.services.dataset.catalogue import Edition, TaxiFile
from embedded.services.dataset.profile import Profile
edition = Edition(TaxiFile("yellow", 2020, 12), int(sys.argv[1]), 1)
tally = Profile(edition.file)
for piece in files.Gzip().pack(files.csv(edition, watch=tally.add)):
    pass
assert tally.report()["rows"] == edition.rows
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1024**2))
"""


def test_a_million_rows_need_little_more_memory_than_one_block():
    def peak(rows: int) -> int:
        command = [sys.executable, "-c", MEMORY, str(rows)]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert peak(1_000_000) - peak(BLOCK) < 80  # megabytes; the CSV has 90, the hashes take 16
