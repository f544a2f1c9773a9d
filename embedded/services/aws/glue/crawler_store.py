"""Crawlers and their crawls on the disk, as dictionaries in Glue's shapes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from embedded.services.aws.glue.errors import missing_crawler
from embedded.services.aws.glue.store import Body
from embedded.shared.sqlite import Database


class CrawlerStore:
    """The crawlers of all regions; any thread may call the methods.

    Parameters:
        db: from `embedded.services.aws.glue.store.open_database`.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self.transaction = db.transaction

    def all(self, region: str) -> list[Body]:
        """All crawlers of a region, by name."""
        rows = self._db.rows("SELECT body FROM crawlers WHERE region = ? ORDER BY name", region)
        return [json.loads(body) for (body,) in rows]

    def find(self, region: str, name: str) -> Body:
        """A crawler.

        Raises:
            AwsError: EntityNotFoundException.
        """
        rows = self._db.rows("SELECT body FROM crawlers WHERE region = ? AND name = ?", region, name)
        if not rows:
            raise missing_crawler(name)
        return json.loads(rows[0][0])

    def exists(self, region: str, name: str) -> bool:
        """Whether there is a crawler of that name."""
        return bool(self._db.rows("SELECT 1 FROM crawlers WHERE region = ? AND name = ?", region, name))

    def save(self, region: str, body: Mapping[str, Any]) -> None:
        """Insert or update a crawler."""
        # Not INSERT OR REPLACE, which would delete the crawls.
        sql = "INSERT INTO crawlers VALUES (?, ?, ?) ON CONFLICT (region, name) DO UPDATE SET body = excluded.body"
        self._db.rows(sql, region, body["Name"], json.dumps(body))

    def delete(self, region: str, name: str) -> None:
        """Delete a crawler with its crawls."""
        self._db.rows("DELETE FROM crawlers WHERE region = ? AND name = ?", region, name)

    def crawls(self, region: str, name: str) -> list[Body]:
        """The crawls of a crawler, the newest first."""
        sql = "SELECT body FROM crawls WHERE region = ? AND crawler = ? ORDER BY started DESC"
        return [json.loads(body) for (body,) in self._db.rows(sql, region, name)]

    def all_crawls(self) -> list[tuple[str, str, Body]]:
        """All crawls, with region and name of their crawlers."""
        rows = self._db.rows("SELECT region, crawler, body FROM crawls")
        return [(region, name, json.loads(body)) for region, name, body in rows]

    def save_crawl(self, region: str, name: str, body: Mapping[str, Any]) -> None:
        """Insert or replace a crawl.

        Parameters:
            region: region of the crawler.
            name: name of the crawler.
            body: in Glue's shape.
        """
        values = (region, name, body["CrawlId"], body["StartTime"], json.dumps(body))
        self._db.rows("INSERT OR REPLACE INTO crawls VALUES (?, ?, ?, ?, ?)", *values)
