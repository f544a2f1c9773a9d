"""One crawl: lists the targets, reads the files, finds the tables, and writes them to the Data Catalog."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import duckdb

from embedded.object_store.interface import NotFound, ObjectInfo, Objects
from embedded.services.aws.glue.crawling.changes import Changes, Counts
from embedded.services.aws.glue.crawling.formats import read_schema
from embedded.services.aws.glue.crawling.grouping import File, Table, group_files
from embedded.services.aws.glue.crawling.settings import Target, parse_configuration, parse_targets
from embedded.services.aws.glue.store import Body, Catalogue
from embedded.sql_engine.database import Sandbox, connect

_HIDDEN = ("_", ".")


class CrawlError(RuntimeError):
    """A crawl failed; the message says why."""


class Cancelled(RuntimeError):
    """A crawl was stopped."""


def crawl(
    crawler: Body,
    catalogue: Catalogue,
    objects: Objects,
    write_line: Callable[[str], None],
    cancelled: Callable[[], bool],
) -> Counts:
    """Crawl once.

    Parameters:
        crawler: in Glue's shape.
        catalogue: catalogue of the crawler's region.
        objects: S3's objects.
        write_line: writes a line to the crawler's log.
        cancelled: whether to stop; called after each file.

    Raises:
        CrawlError: a target cannot be read.
        Cancelled: the crawl was stopped; nothing is written then.
        AwsError: the database does not exist.
    """
    catalogue.database(crawler["DatabaseName"])
    configuration = parse_configuration(crawler.get("Configuration"))
    tables: list[Table] = []
    with (
        tempfile.TemporaryDirectory(dir=objects.folder) as spill,
        connect(None, Sandbox(Path(spill, "spill"), [objects.folder], memory="1GB")) as connection,
    ):
        for target in parse_targets(crawler["Targets"]):
            files = []
            for item in _list_objects(objects, target):
                file = _read(connection, objects, target, item)
                if file is None:
                    write_line(f"ERROR : s3://{target.bucket}/{item.key} could not be classified, and is left out")
                else:
                    files.append(file)
                if cancelled():
                    raise Cancelled
            root = (target.bucket, *filter(None, target.folder.split("/")))
            tables += group_files(files, root, configuration.level, configuration.combine)
    changes = Changes(catalogue, crawler, configuration, write_line)
    changes.apply(tables)
    return changes.counts


def _list_objects(objects: Objects, target: Target) -> Iterator[ObjectInfo]:
    """The objects to read: without empty, hidden and excluded ones, and no more of a folder than the sample."""
    prefix = f"{target.folder}/" if target.folder else ""
    seen: Counter[str] = Counter()
    try:
        for item in objects.list(target.bucket, target.folder):
            inner = item.key.removeprefix(prefix)
            if not item.key.startswith(prefix) and item.key != target.folder:
                continue
            path = PurePosixPath(inner)
            seen[str(path.parent)] += 1
            skip = item.size == 0 or path.name.startswith(_HIDDEN) or target.excludes(inner)
            if not skip and seen[str(path.parent)] <= (target.sample or seen[str(path.parent)]):
                yield item
    except NotFound as error:
        raise CrawlError(f"The bucket {target.bucket} of target s3://{target.bucket}/{prefix}: {error}") from error


def _read(connection: duckdb.DuckDBPyConnection, objects: Objects, target: Target, item: ObjectInfo) -> File | None:
    try:
        with objects.fetch(target.bucket, item.key) as path:
            schema = read_schema(connection, path)
    except NotFound:  # removed meanwhile
        return None
    path_in_bucket = tuple(filter(None, item.key.split("/")))
    return File((target.bucket, *path_in_bucket), item.size, schema) if schema else None
