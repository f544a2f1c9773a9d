"""Runs crawlers, each in a thread.

States: https://docs.aws.amazon.com/glue/latest/webapi/API_Crawler.html. A crawl that was interrupted by the end of the
service has failed.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from embedded.object_store.interface import Objects
from embedded.services.aws.errors import AwsError
from embedded.services.aws.glue.crawler_store import CrawlerStore
from embedded.services.aws.glue.crawling.crawl import Cancelled, CrawlError, crawl
from embedded.services.aws.glue.errors import existing
from embedded.services.aws.glue.store import Body, Catalogue
from embedded.services.aws.logs.store import LogStore, now
from embedded.shared.sqlite import Database

log = logging.getLogger(__name__)

LOG_GROUP = "/aws-glue/crawlers"
_LAST_STATUS = {"COMPLETED": "SUCCEEDED", "STOPPED": "CANCELLED", "FAILED": "FAILED"}
_LOST = "Internal Service Exception: the service ended while the crawler was running. Start it again."


class CrawlRunner:
    """Creates and runs crawlers. Errors are AwsError with Glue's codes; any thread may call the methods.

    Parameters:
        db: database of the Data Catalog.
        objects: S3's objects.
        logs: store for the logs of crawlers.
    """

    def __init__(self, db: Database, objects: Objects, logs: LogStore) -> None:
        self._db = db
        self._store = CrawlerStore(db)
        self._objects = objects
        self._logs = logs
        self._lock = threading.Lock()
        self._running: dict[tuple[str, str], _Run] = {}
        for region, name, body in self._store.all_crawls():
            if body["State"] == "RUNNING":
                self._store.save_crawl(region, name, {**body, **_end("FAILED", _LOST)})

    def all(self, region: str) -> list[Body]:
        """All crawlers of a region in Glue's shape, by name."""
        return [self._with_state(region, body) for body in self._store.all(region)]

    def find(self, region: str, name: str) -> Body:
        """A crawler in Glue's shape.

        Raises:
            AwsError: EntityNotFoundException.
        """
        return self._with_state(region, self._store.find(region, name))

    def create(self, region: str, body: Mapping[str, Any]) -> None:
        """Create a crawler.

        Raises:
            AwsError: AlreadyExistsException.
        """
        with self._store.transaction():
            if self._store.exists(region, body["Name"]):
                raise existing(f"Crawler with name {body['Name']}")
            moment = time.time()
            self._store.save(region, {**body, "CreationTime": moment, "LastUpdated": moment, "Version": 1})

    def update(self, region: str, name: str, change: Mapping[str, Any]) -> None:
        """Change members of a crawler.

        Parameters:
            region: region of the crawler.
            name: name of the crawler.
            change: the new members.

        Raises:
            AwsError: EntityNotFoundException, CrawlerRunningException.
        """
        with self._lock, self._store.transaction():
            body = self._idle(region, name)
            self._store.save(region, {**body, **change, "LastUpdated": time.time(), "Version": body["Version"] + 1})

    def delete(self, region: str, name: str) -> None:
        """Delete a crawler; its tables stay. Errors are those of `update`."""
        with self._lock:
            self._idle(region, name)
            self._store.delete(region, name)

    def start(self, region: str, name: str) -> None:
        """Start a crawl. Errors are those of `update`."""
        with self._lock:
            body = self._idle(region, name)
            run = _Run(str(uuid.uuid4()), time.time())
            started = {"CrawlId": run.identity, "State": "RUNNING", "StartTime": run.started, **_log_of(name, run)}
            self._store.save_crawl(region, name, started)
            run.thread = threading.Thread(target=self._run, args=(region, body, run, started), name=f"crawl {name}")
            self._running[region, name] = run
            run.thread.start()

    def stop(self, region: str, name: str) -> None:
        """Stop a crawl.

        Raises:
            AwsError: EntityNotFoundException, CrawlerNotRunningException, CrawlerStoppingException.
        """
        with self._lock:
            self._store.find(region, name)
            run = self._running.get((region, name))
            if run is None:
                raise AwsError("CrawlerNotRunningException", f"Crawler with name {name} isn't running")
            if run.stopping.is_set():
                raise AwsError("CrawlerStoppingException", f"Crawler with name {name} is already stopping")
            run.stopping.set()

    def crawls(self, region: str, name: str) -> list[Body]:
        """The crawls of a crawler in Glue's shape, the newest first.

        Raises:
            AwsError: EntityNotFoundException.
        """
        self._store.find(region, name)
        return self._store.crawls(region, name)

    def close(self) -> None:
        """Stop all crawls."""
        with self._lock:
            running = list(self._running.values())
        for run in running:
            run.stopping.set()
        for run in running:
            if run.thread:
                run.thread.join()

    def _run(self, region: str, body: Body, run: _Run, started: Body) -> None:
        lines: list[tuple[int, str]] = []

        def write_line(line: str) -> None:
            lines.append((now(), f"[{run.identity}] {line}"))

        write_line(f"BENCHMARK : Running Start Crawl for Crawler {body['Name']}")
        try:
            counts = crawl(body, Catalogue(self._db, region), self._objects, write_line, run.stopping.is_set)
            ended = _end("COMPLETED") | {"_Counts": asdict(counts)}
        except Cancelled:
            ended = _end("STOPPED")
        except (CrawlError, AwsError) as error:
            ended = _end("FAILED", str(error))
        except Exception as error:
            log.exception("crawler %s failed", body["Name"])
            ended = _end("FAILED", f"Internal Service Exception: {type(error).__name__}")
        if "ErrorMessage" in ended:
            write_line(f"ERROR : {ended['ErrorMessage']}")
        write_line("BENCHMARK : Crawler has finished running and is in state READY")
        with contextlib.suppress(AwsError):
            self._write_log(region, body["Name"], lines)
        with self._lock:
            self._store.save_crawl(region, body["Name"], {**started, **ended})
            del self._running[region, body["Name"]]

    def _write_log(self, region: str, name: str, lines: list[tuple[int, str]]) -> None:
        with contextlib.suppress(AwsError):  # the group exists already
            self._logs.create_group(region, LOG_GROUP)
        with contextlib.suppress(AwsError):
            self._logs.create_stream(region, LOG_GROUP, name)
        self._logs.write(self._logs.stream(region, LOG_GROUP, name), lines)

    def _idle(self, region: str, name: str) -> Body:
        body = self._store.find(region, name)
        if (region, name) in self._running:
            raise AwsError("CrawlerRunningException", f"Crawler with name {name} has already started")
        return body

    def _with_state(self, region: str, body: Body) -> Body:
        with self._lock:
            run = self._running.get((region, body["Name"]))
            state = "READY" if run is None else "STOPPING" if run.stopping.is_set() else "RUNNING"
            elapsed = int((time.time() - run.started) * 1000) if run else 0
            crawls = self._store.crawls(region, body["Name"])
            last = next((crawl for crawl in crawls if crawl["State"] != "RUNNING"), None)
        return {**body, "State": state, "CrawlElapsedTime": elapsed, **({"LastCrawl": _last(last)} if last else {})}


class _Run:
    """A running crawl."""

    def __init__(self, identity: str, started: float) -> None:
        self.identity = identity
        self.started = started
        self.stopping = threading.Event()
        self.thread: threading.Thread | None = None


def _end(state: str, message: str | None = None) -> Body:
    return {"State": state, "EndTime": time.time(), **({"ErrorMessage": message} if message else {})}


def _log_of(name: str, run: _Run) -> Body:
    return {"LogGroup": LOG_GROUP, "LogStream": name, "MessagePrefix": run.identity}


def _last(body: Body) -> Body:
    names = ("ErrorMessage", "LogGroup", "LogStream", "MessagePrefix", "StartTime")
    return {"Status": _LAST_STATUS[body["State"]], **{name: body[name] for name in names if name in body}}
