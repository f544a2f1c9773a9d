"""One crawl: lists the targets, reads the files, finds the tables, and writes them into the Data Catalog."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

import duckdb

from embedded.object_store.interface import NotFound, ObjectInfo, Objects
from embedded.services.aws.glue.catalogue import Body, Catalogue
from embedded.services.aws.glue.crawling.changes import Changes, Counts
from embedded.services.aws.glue.crawling.formats import inspect
from embedded.services.aws.glue.crawling.grouping import File, Table, tables
from embedded.services.aws.glue.crawling.settings import Target, configuration, targets

_HIDDEN = ("_", ".")


class CrawlError(RuntimeError):
    """A crawl cannot go on; the message says why."""


class Cancelled(RuntimeError):
    """A crawl was asked to stop."""


def crawl(
    crawler: Body,
    catalogue: Catalogue,
    objects: Objects,
    say: Callable[[str], None],
    cancelled: Callable[[], bool],
) -> Counts:
    """Crawl once.

    Parameters:
        crawler: in Glue's shape.
        catalogue: of its region.
        objects: of S3.
        say: takes lines for its log.
        cancelled: whether to stop; asked after each file.

    Raises:
        CrawlError: a target cannot be read.
        Cancelled: it was asked to stop; nothing is written then.
        AwsError: the database is not there.
    """
    catalogue.database(crawler["DatabaseName"])
    told = configuration(crawler.get("Configuration"))
    found: list[Table] = []
    with duckdb.connect() as connection:
        for target in targets(crawler["Targets"]):
            files = []
            for item in _listed(objects, target):
                file = _read(connection, objects, target, item)
                if file is None:
                    say(f"ERROR : s3://{target.bucket}/{item.key} could not be classified, and is left out")
                else:
                    files.append(file)
                if cancelled():
                    raise Cancelled
            root = (target.bucket, *filter(None, target.folder.split("/")))
            found += tables(files, root, told.level, told.combine)
    changes = Changes(catalogue, crawler, told, say)
    changes.apply(found)
    return changes.counts


def _listed(objects: Objects, target: Target) -> Iterator[ObjectInfo]:
    """The objects to read: not those that are empty, hidden, or excluded, nor more of a folder than the sample."""
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
            schema = inspect(connection, path)
    except NotFound:  # removed meanwhile
        return None
    path_in_bucket = tuple(filter(None, item.key.split("/")))
    return File((target.bucket, *path_in_bucket), item.size, schema) if schema else None
