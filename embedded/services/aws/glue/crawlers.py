"""Glue's operations on crawlers.

Source: https://docs.aws.amazon.com/glue/latest/webapi/API_Operations.html.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping

from embedded.services.aws.errors import AwsError
from embedded.services.aws.glue.common import PAGE, Output, list_response, name_of
from embedded.services.aws.glue.crawling.runner import CrawlRunner
from embedded.services.aws.glue.crawling.settings import parse_configuration, parse_targets
from embedded.services.aws.glue.errors import invalid
from embedded.services.aws.glue.store import Body
from embedded.services.aws.iam.store import IamStore
from embedded.services.aws.protocol.pages import paginate
from embedded.services.aws.protocol.request import Request

_GLUE = "glue.amazonaws.com"
_POLICY = {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"}


class Crawlers:
    """Operations on crawlers.

    Parameters:
        runner: runs and stores the crawlers.
        iam: store of the roles.
    """

    def __init__(self, runner: CrawlRunner, iam: IamStore) -> None:
        self._runner = runner
        self._iam = iam

    def create_crawler(
        self,
        request: Request,
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
        """CreateCrawler.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_CreateCrawler.html
        """
        if not database_name:
            raise invalid("A crawler needs the database that its tables go to: DatabaseName")
        body: Body = {
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
        self._runner.create(request.region, {key: value for key, value in body.items() if value is not None})

    def update_crawler(
        self,
        request: Request,
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
        """UpdateCrawler.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateCrawler.html
        """
        members = {
            "Role": role,
            "Targets": targets,
            "DatabaseName": database_name,
            "Description": description,
            "TablePrefix": table_prefix,
            "SchemaChangePolicy": {**_POLICY, **schema_change_policy} if schema_change_policy else None,
            "RecrawlPolicy": recrawl_policy,
            "Configuration": configuration,
        }
        change = {key: value for key, value in members.items() if value is not None}
        self._check({**self._runner.find(request.region, name), **change})
        self._runner.update(request.region, name, change)

    def get_crawler(self, request: Request, name: str) -> Output:
        """GetCrawler: https://docs.aws.amazon.com/glue/latest/webapi/API_GetCrawler.html"""
        return {"Crawler": self._runner.find(request.region, name)}

    def get_crawlers(self, request: Request, max_results: int | None = None, next_token: str | None = None) -> Output:
        """GetCrawlers.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_GetCrawlers.html
        """
        return list_response("Crawlers", self._runner.all(request.region), name_of, next_token, max_results)

    def batch_get_crawlers(self, request: Request, crawler_names: list[str]) -> Output:
        """BatchGetCrawlers: https://docs.aws.amazon.com/glue/latest/webapi/API_BatchGetCrawlers.html"""
        crawlers = [body for body in self._runner.all(request.region) if body["Name"] in crawler_names]
        existing = set(map(name_of, crawlers))
        return {"Crawlers": crawlers, "CrawlersNotFound": [name for name in crawler_names if name not in existing]}

    def list_crawlers(self, request: Request, max_results: int | None = None, next_token: str | None = None) -> Output:
        """ListCrawlers.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_ListCrawlers.html
        """
        names = map(name_of, self._runner.all(request.region))
        return list_response("CrawlerNames", names, str, next_token, max_results)

    def delete_crawler(self, request: Request, name: str) -> None:
        """DeleteCrawler: https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteCrawler.html"""
        self._runner.delete(request.region, name)

    def start_crawler(self, request: Request, name: str) -> None:
        """StartCrawler: https://docs.aws.amazon.com/glue/latest/webapi/API_StartCrawler.html"""
        self._runner.start(request.region, name)

    def stop_crawler(self, request: Request, name: str) -> None:
        """StopCrawler: https://docs.aws.amazon.com/glue/latest/webapi/API_StopCrawler.html"""
        self._runner.stop(request.region, name)

    def get_crawler_metrics(
        self,
        request: Request,
        crawler_name_list: list[str] | None = None,
        max_results: int | None = None,
        next_token: str | None = None,
    ) -> Output:
        """GetCrawlerMetrics.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_GetCrawlerMetrics.html
        """
        names = crawler_name_list or map(name_of, self._runner.all(request.region))
        metrics = [self._metrics(request, name) for name in names]
        return list_response(
            "CrawlerMetricsList", metrics, lambda metric: metric["CrawlerName"], next_token, max_results
        )

    def list_crawls(
        self, request: Request, crawler_name: str, max_results: int = PAGE, next_token: str | None = None
    ) -> Output:
        """ListCrawls.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_ListCrawls.html
        """
        crawls = enumerate(self._runner.crawls(request.region, crawler_name))
        page, following = paginate(crawls, lambda pair: pair[0], next_token, max_results, "InvalidInputException")
        return {"Crawls": [_history(crawl) for _, crawl in page], "NextToken": following}

    def _metrics(self, request: Request, name: str) -> Body:
        done = [crawl for crawl in self._runner.crawls(request.region, name) if "EndTime" in crawl]
        seconds = [crawl["EndTime"] - crawl["StartTime"] for crawl in done]
        counts: Mapping[str, int] = done[0].get("_Counts", {}) if done else {}
        return {
            "CrawlerName": name,
            "TimeLeftSeconds": 0.0,
            "StillEstimating": self._runner.find(request.region, name)["State"] != "READY",
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
        parse_targets(body["Targets"])
        parse_configuration(body.get("Configuration"))
        if body["RecrawlPolicy"].get("RecrawlBehavior", "CRAWL_EVERYTHING") != "CRAWL_EVERYTHING":
            raise AwsError("NotImplemented", "glue: a RecrawlPolicy other than CRAWL_EVERYTHING is not part here.", 501)


def _history(crawl: Body) -> Body:
    """A crawl in the shape of ListCrawls."""
    history = {name: value for name, value in crawl.items() if not name.startswith("_")}
    counts = crawl.get("_Counts")
    if counts is None:
        return history
    summary = {
        "TABLE": {"ADD": counts["created"], "UPDATE": counts["updated"], "DELETE": counts["deleted"]},
        "PARTITION": {
            "ADD": counts["partitions_created"],
            "UPDATE": counts["partitions_updated"],
            "DELETE": counts["partitions_deleted"],
        },
    }
    return {**history, "Summary": json.dumps(summary)}
