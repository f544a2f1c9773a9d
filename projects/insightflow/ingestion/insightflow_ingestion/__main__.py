"""The command: ingests the sets one after another, and reports at the end which failed."""

import logging
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from insightflow_ingestion.bucket import Bucket
from insightflow_ingestion.download import SetError, fetch
from insightflow_ingestion.months import MonthFiles
from insightflow_ingestion.sets import PUBLIC, SETS, Set

log = logging.getLogger("insightflow_ingestion")


class SettingError(Exception):
    """A setting is wrong; the message names it and says what is right."""


def settings(environ: Mapping[str, str]) -> tuple[str, str]:
    """The bucket's name and the base of the addresses.

    Raises:
        SettingError: one is missing or cannot work.
    """
    bucket, base = environ.get("TARGET_BUCKET", ""), environ.get("INSIGHTFLOW_BASE_URL") or PUBLIC
    if not bucket:
        raise SettingError("TARGET_BUCKET is not set: give it the name of the bucket for the raw data")
    if not re.fullmatch(r"https?://\S+", base):
        raise SettingError(f"INSIGHTFLOW_BASE_URL is {base!r}: write an address that begins with http:// or https://")
    return bucket, base


def ingest(entry: Set, base: str, bucket: Bucket) -> None:
    """Ingest a set into the bucket. Nothing is written before the whole file has been read and checked.

    Parameters:
        entry: the set.
        base: beginning of the addresses, with `{host}` for the publishing host.
        bucket: the target.

    Raises:
        SetError: the set could not be ingested.
    """
    with tempfile.TemporaryDirectory(prefix=f"{entry.name}-") as scratch:
        file = Path(scratch, "source.parquet")
        log.info("%s: fetching %s", entry.name, entry.url(base))
        fetch(entry.url(base), file)
        with MonthFiles(entry, file) as months:
            keys = [(entry.key(month), path) for month, path in months.write(Path(scratch))]
            sent = bucket.put(f"raw/{entry.name}/", keys)
            log.info("%s: %d rows in %d months, %d of them new or changed", entry.name, months.rows, len(keys), sent)


def run(base: str, bucket: Bucket) -> dict[str, str]:
    """Ingest all sets; returns the reason of each failure by the name of the set."""
    failures = {}
    for entry in SETS:
        try:
            ingest(entry, base, bucket)
        except SetError as error:
            log.error("%s: %s", entry.name, error)
            failures[entry.name] = str(error)
    return failures


def main() -> int:
    """Run the command; returns its exit code."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stdout)
    for library in ("botocore", "urllib3"):
        logging.getLogger(library).setLevel(logging.WARNING)
    try:
        name, base = settings(os.environ)
    except SettingError as error:
        log.error("%s", error)
        return 2
    failures = run(base, Bucket(name))
    if failures:
        log.error("%d of %d sets failed: %s", len(failures), len(SETS), ", ".join(failures))
        return 1
    log.info("All %d sets are in s3://%s/raw/", len(SETS), name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
