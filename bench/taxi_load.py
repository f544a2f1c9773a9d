"""What a load of taxi trips costs: `python -m bench.taxi_load [ROWS [ROUNDS]]`, or `python -m bench.taxi_load year`.

On one fresh stack, with one generated file (1 M rows by default), each round loads it twice in each of four ways: a
first load into no table, and a re-load of the same file.

- the floor: `gunzip | COPY` into a table without index, and nothing else;
- the course's way, as bare SQL: `COPY` into a staging table, `UPDATE` with an md5, `MERGE`;
- flow 04_postgres_taxi and flow 04_postgres_taxi_improved, as Kestra takes them from start to end, with the download.

A fifth line has a corrected file, with one row more, after the first load. Printed are the medians of the seconds and
their spread, the CPU seconds of all processes that take part and of PostgreSQL, and what they are to the floor and to
the course's way.

`year` loads the twelve months of 2020 at the size of the public ones, 24.6 M rows, by the floor and by the improved
flow. It prints for each month the seconds of both, Kestra's largest resident memory, the size of the table with its
indexes, and of all else in the stack's folder.
"""

import functools
import gzip
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

import psutil

from bench.s3_csv import seconds, usage_watched
from embedded.services.dataset.catalogue import Edition, TaxiFile
from embedded.services.dataset.files import Gzip, csv
from flowtests.stack import own_stack
from tests.flows.taxis import Execution, Taxis, source

PLAIN, IMPROVED = "04_postgres_taxi", "04_postgres_taxi_improved"
COLUMNS = ", ".join(TaxiFile("yellow", 2020, 12).columns)
TABLE_BYTES = "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('yellow_trips')"
YEAR_HEADS = ("floor s", "flow s", "ratio", "Kestra MB", "table GB", "rest GB")
Figures = tuple[float, float, float]
YEAR_ROWS = 24_648_499
"""Of the public yellow files of 2020."""
TYPES = """VendorID text, tpep_pickup_datetime timestamp, tpep_dropoff_datetime timestamp, passenger_count integer,
    trip_distance numeric(10,2), RatecodeID text, store_and_fwd_flag text, PULocationID text, DOLocationID text,
    payment_type integer, fare_amount numeric(10,2), extra numeric(10,2), mta_tax numeric(10,2),
    tip_amount numeric(10,2), tolls_amount numeric(10,2), improvement_surcharge numeric(10,2),
    total_amount numeric(10,2), congestion_surcharge numeric(10,2)"""
MD5 = """md5(COALESCE(VendorID, '') || COALESCE(tpep_pickup_datetime::text, '')
    || COALESCE(tpep_dropoff_datetime::text, '') || COALESCE(PULocationID, '') || COALESCE(DOLocationID, '')
    || COALESCE(fare_amount::text, '') || COALESCE(trip_distance::text, ''))"""


class QuietFiles(SimpleHTTPRequestHandler):
    """Files of a folder, without a line for each."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def file_server(folder: Path) -> Iterator[str]:
    """Serve a folder's files, as a download from next door."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(QuietFiles, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def generate(folder: Path, month: int, rows: int) -> Path:
    """The packed yellow file of a month of 2020."""
    file = TaxiFile("yellow", 2020, month)
    path = folder / "yellow" / file.name
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as target:
        target.writelines(Gzip().pack(csv(Edition(file, rows, 2021))))
    return path


def copy(taxis: Taxis, path: Path, table: str, columns: str) -> None:
    """`gunzip | COPY` of a packed file."""
    connection = taxis.connect()
    with connection, connection.cursor() as cursor, subprocess.Popen(["gzip", "-dc", path], stdout=-1) as unpacked:
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT CSV, HEADER)", unpacked.stdout, 1 << 20)
    connection.close()


def floor(taxis: Taxis, path: Path) -> None:
    """The bare copy."""
    taxis.sql(f"DROP TABLE IF EXISTS bare; CREATE TABLE bare ({TYPES})")
    copy(taxis, path, "bare", COLUMNS)


def course(taxis: Taxis, path: Path) -> None:
    """Copy, hash in a second pass, merge."""
    keyed = f"(unique_row_id text, filename text, {TYPES})"
    taxis.sql(f"CREATE TABLE IF NOT EXISTS course {keyed}; CREATE TABLE IF NOT EXISTS course_staging {keyed}")
    taxis.sql("TRUNCATE course_staging")
    copy(taxis, path, "course_staging", COLUMNS)
    taxis.sql(f"UPDATE course_staging SET unique_row_id = {MD5}, filename = '{path.name}'")
    taxis.sql(
        f"""MERGE INTO course USING course_staging AS new ON course.unique_row_id = new.unique_row_id
        WHEN NOT MATCHED THEN INSERT (unique_row_id, filename, {COLUMNS}) VALUES (unique_row_id, filename, {COLUMNS})"""
    )


def flow(taxis: Taxis, flow_id: str, month: str = "12") -> Execution:
    """An execution of a flow that has succeeded."""
    execution = taxis.load("2020", month, flow=flow_id)
    if execution["state"]["current"] != "SUCCESS":
        raise SystemExit(f"{flow_id}: {taxis.errors(execution)}")
    return execution


def timed(load: Callable[[], Execution | None]) -> float:
    """Seconds of a load, by Kestra's own count where it is an execution."""
    begun = time.monotonic()
    execution = load()
    return seconds(execution["state"]["duration"]) if execution else time.monotonic() - begun


def cpu_seconds(stack: Path) -> tuple[float, float]:
    """What a stack's processes and this one have used so far, ended ones too; and PostgreSQL's share of it."""
    total = postgres = 0.0
    for process in psutil.process_iter(["cmdline", "environ", "cpu_times"]):
        line = json.dumps([process.info["cmdline"], process.info["environ"]])
        if process.pid == os.getpid() or str(stack) in line:
            used = sum(process.info["cpu_times"][:4])  # own, and of children that have ended
            total += used
            postgres += used if "postgres" in " ".join(process.info["cmdline"] or [])[:200] else 0
    return total, postgres


def measured(stack: Path, load: Callable[[], Execution | None]) -> Figures:
    """Seconds, CPU seconds and those of PostgreSQL that a load takes."""
    before = cpu_seconds(stack)
    took = timed(load)
    total, postgres = (after - used for after, used in zip(cpu_seconds(stack), before, strict=True))
    return took, total, postgres


def add_a_row(path: Path) -> None:
    """Make a corrected file of it: a second member of the packed file has another row."""
    with gzip.open(path) as unpacked:
        _, row = unpacked.readline(), unpacked.readline()
    with path.open("ab") as target:
        target.write(gzip.compress(b"9" + row))


def one_round(taxis: Taxis, path: Path, stack: Path) -> dict[str, Figures]:
    """What each way takes, first load and re-load, into no tables."""
    ways: dict[str, Callable[[], Execution | None]] = {
        "floor": lambda: floor(taxis, path),
        "course": lambda: course(taxis, path),
        "flow 04": lambda: flow(taxis, PLAIN),
        "improved": lambda: flow(taxis, IMPROVED),
    }
    found = {}
    for name, load in ways.items():
        taxis.forget()
        taxis.sql("CHECKPOINT")
        found[f"{name}, first load"], found[f"{name}, re-load"] = measured(stack, load), measured(stack, load)
    whole = path.read_bytes()
    add_a_row(path)
    found["improved, corrected file"] = measured(stack, ways["improved"])
    path.write_bytes(whole)
    taxis.forget()
    return found


def compare(taxis: Taxis, folder: Path, stack: Path, rows: int, rounds: int) -> None:
    """Print the medians of some rounds, with what they are to the floor and to the course's way."""
    for name in (PLAIN, IMPROVED):  # so that the engine is warm
        generate(folder, 12, 1_000)
        flow(taxis, name)
    path = generate(folder, 12, rows)
    print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB packed, {rounds} rounds")
    figures = defaultdict(list)
    for _ in range(rounds):
        for name, took in one_round(taxis, path, stack).items():
            figures[name].append(took)
    columns = "".join(f"{kind:>10}{'/ floor':>9}{'course /':>10}" for kind in ("s", "CPU s", "Postgres"))
    print(f"{'':28}{'spread, s':>12}{columns}")
    medians = {name: [median(column) for column in zip(*found, strict=True)] for name, found in figures.items()}
    for name, found in medians.items():
        kind = "first load" if "first" in name else "re-load"
        line = f"{name:28}{'{:.1f}-{:.1f}'.format(*(extreme(figures[name])[0] for extreme in (min, max))):>12}"
        for figure, least, most in zip(found, medians[f"floor, {kind}"], medians[f"course, {kind}"], strict=True):
            line += f"{figure:10.2f}{figure / least:9.2f}{most / figure:10.2f}"
        print(line, flush=True)


def bytes_below(folder: Path) -> int:
    """What the files of a folder take on the disk."""
    return int(subprocess.check_output(["du", "-sk", folder], text=True).split()[0]) * 1024


def year(taxis: Taxis, folder: Path, stack: Path) -> None:
    """Print what each month of a year at its real size takes."""
    thousand = sum(TaxiFile("yellow", 2020, month).rows(1_000) for month in range(1, 13))
    print(f"{'month':>5}{'rows':>12}" + "".join(f"{head:>10}" for head in YEAR_HEADS))
    for month in range(1, 13):
        rows = TaxiFile("yellow", 2020, month).rows(YEAR_ROWS * 1_000 // thousand)
        path = generate(folder, month, rows)
        least = timed(functools.partial(floor, taxis, path))
        taxis.sql("DROP TABLE bare; CHECKPOINT")
        with usage_watched(str(stack)) as used:
            took = timed(functools.partial(flow, taxis, IMPROVED, f"{month:02}"))
        path.unlink()
        table = int(taxis.sql(TABLE_BYTES)[0][0]) / 1e9
        rest = bytes_below(stack) / 1e9 - table
        figures = (least, took, took / least, used["kestra"].memory, table, rest)
        print(f"{month:5}{rows:12,}" + "".join(f"{figure:10,.2f}" for figure in figures), flush=True)
    print(f"{taxis.sql('SELECT count(*) FROM yellow_trips')[0][0]:,} rows in the table")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        stack, files = Path(folder, "stack"), Path(folder, "files")
        stack.mkdir()
        files.mkdir()
        with file_server(files) as address, own_stack(stack, "kestra", "postgres", TAXI_BASE_URL=address) as found:
            taxis = Taxis(found, Path(found["KESTRA_STORAGE"]))
            for name in (PLAIN, IMPROVED):
                taxis.api.flow(source(name))
            if sys.argv[1:] == ["year"]:
                year(taxis, files, stack)
                return
            rows, rounds = (int(given) for given in [*sys.argv[1:], *("1000000", "3")[len(sys.argv) - 1 :]])
            compare(taxis, files, stack, rows, rounds)


if __name__ == "__main__":
    main()
