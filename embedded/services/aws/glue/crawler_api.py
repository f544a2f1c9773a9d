"""Glue's operations on crawlers; see `embedded.services.aws.glue.api` for the manner."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping

from embedded.services.aws.errors import AwsError
from embedded.services.aws.glue.api import PAGE, Output, listed
from embedded.services.aws.glue.catalogue import Body
from embedded.services.aws.glue.crawling.crawlers import Crawlers
from embedded.services.aws.glue.crawling.settings import configuration, targets
from embedded.services.aws.glue.errors import invalid
from embedded.services.aws.iam.store import IamStore
from embedded.services.aws.protocol.dispatcher import Call
from embedded.services.aws.protocol.pages import page

_GLUE = "glue.amazonaws.com"
_POLICY = {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"}


class CrawlerOperations:
    """Operations on crawlers.

    Parameters:
        crawlers: all of them.
        iam: has their roles.
    """

    def __init__(self, crawlers: Crawlers, iam: IamStore) -> None:
        self._crawlers = crawlers
        self._iam = iam

    def create_crawler(
        self,
        call: Call,
        name: str,
        role: str,
        targets: Body,
        database_name: str | None = None,
        description: str | None = None,
        table_prefix: str | None = None,
        schema_change_policy: Body | None = None,
        recrawl_policy: Body | None = None,
        configuration: str | None = None,
    ) -> None:
        if not database_name:
            raise invalid("A crawler needs the database that its tables go to: DatabaseName")
        body = {
            "Name": name,
            "Role": role,
            "Targets": targets,
            "DatabaseName": database_name,
            "Description": description,
            "Classifiers": [],
            "TablePrefix": table_prefix or "",
            "SchemaChangePolicy": {**_POLICY, **(schema_change_policy or {})},
            "RecrawlPolicy": recrawl_policy or {"RecrawlBehavior": "CRAWL_EVERYTHING"},
            "LineageConfiguration": {"CrawlerLineageSettings": "DISABLE"},
            "Configuration": configuration,
        }
        self._check(body)
        self._crawlers.create(call.region, {key: value for key, value in body.items() if value is not None})

    def update_crawler(
        self,
        call: Call,
        name: str,
        role: str | None = None,
        targets: Body | None = None,
        database_name: str | None = None,
        description: str | None = None,
        table_prefix: str | None = None,
        schema_change_policy: Body | None = None,
        recrawl_policy: Body | None = None,
        configuration: str | None = None,
    ) -> None:
        given = {
            "Role": role,
            "Targets": targets,
            "DatabaseName": database_name,
            "Description": description,
            "TablePrefix": table_prefix,
            "SchemaChangePolicy": {**_POLICY, **schema_change_policy} if schema_change_policy else None,
            "RecrawlPolicy": recrawl_policy,
            "Configuration": configuration,
        }
        change = {key: value for key, value in given.items() if value is not None}
        self._check({**self._crawlers.find(call.region, name), **change})
        self._crawlers.update(call.region, name, change)

    def get_crawler(self, call: Call, name: str) -> Output:
        return {"Crawler": self._crawlers.find(call.region, name)}

    def get_crawlers(self, call: Call, max_results: int | None = None, next_token: str | None = None) -> Output:
        return listed("Crawlers", self._crawlers.all(call.region), lambda one: one["Name"], next_token, max_results)

    def batch_get_crawlers(self, call: Call, crawler_names: list[str]) -> Output:
        found = [one for one in self._crawlers.all(call.region) if one["Name"] in crawler_names]
        there = {one["Name"] for one in found}
        return {"Crawlers": found, "CrawlersNotFound": [name for name in crawler_names if name not in there]}

    def list_crawlers(self, call: Call, max_results: int | None = None, next_token: str | None = None) -> Output:
        names = [one["Name"] for one in self._crawlers.all(call.region)]
        return listed("CrawlerNames", names, str, next_token, max_results)

    def delete_crawler(self, call: Call, name: str) -> None:
        self._crawlers.delete(call.region, name)

    def start_crawler(self, call: Call, name: str) -> None:
        self._crawlers.start(call.region, name)

    def stop_crawler(self, call: Call, name: str) -> None:
        self._crawlers.stop(call.region, name)

    def get_crawler_metrics(
        self,
        call: Call,
        crawler_name_list: list[str] | None = None,
        max_results: int | None = None,
        next_token: str | None = None,
    ) -> Output:
        names = crawler_name_list or [one["Name"] for one in self._crawlers.all(call.region)]
        metrics = [self._metrics(call, name) for name in names]
        return listed("CrawlerMetricsList", metrics, lambda one: one["CrawlerName"], next_token, max_results)

    def list_crawls(
        self, call: Call, crawler_name: str, max_results: int = PAGE, next_token: str | None = None
    ) -> Output:
        crawls = enumerate(self._crawlers.crawls(call.region, crawler_name))
        found, following = page(crawls, lambda one: one[0], next_token, max_results, "InvalidInputException")
        return {"Crawls": [_history(crawl) for _, crawl in found], "NextToken": following}

    def _metrics(self, call: Call, name: str) -> Body:
        done = [one for one in self._crawlers.crawls(call.region, name) if "EndTime" in one]
        seconds = [one["EndTime"] - one["StartTime"] for one in done]
        counts: Mapping[str, int] = done[0].get("_Counts", {}) if done else {}
        return {
            "CrawlerName": name,
            "TimeLeftSeconds": 0.0,
            "StillEstimating": self._crawlers.find(call.region, name)["State"] != "READY",
            "LastRuntimeSeconds": seconds[0] if seconds else 0.0,
            "MedianRuntimeSeconds": statistics.median(seconds) if seconds else 0.0,
            "TablesCreated": counts.get("created", 0),
            "TablesUpdated": counts.get("updated", 0),
            "TablesDeleted": counts.get("deleted", 0),
        }

    def _check(self, body: Body) -> None:
        if not self._iam.trusted(body["Role"].removeprefix("/"), _GLUE):
            message = f"Service is unable to assume provided role {body['Role']}. Please verify role's TrustPolicy"
            raise invalid(message)
        targets(body["Targets"])
        configuration(body.get("Configuration"))
        if body["RecrawlPolicy"].get("RecrawlBehavior", "CRAWL_EVERYTHING") != "CRAWL_EVERYTHING":
            raise AwsError("NotImplemented", "glue: a RecrawlPolicy other than CRAWL_EVERYTHING is not part here.", 501)


def _history(crawl: Body) -> Body:
    """A crawl as a list tells it."""
    told = {name: value for name, value in crawl.items() if not name.startswith("_")}
    counts = crawl.get("_Counts")
    if counts is None:
        return told
    summary = {
        "TABLE": {"ADD": counts["created"], "UPDATE": counts["updated"], "DELETE": counts["deleted"]},
        "PARTITION": {
            "ADD": counts["partitions_created"],
            "UPDATE": counts["partitions_updated"],
            "DELETE": counts["partitions_deleted"],
        },
    }
    return {**told, "Summary": json.dumps(summary)}
