"""Glue: the database for the tables, and the crawler that creates them from the ingested files."""

import json
from typing import Any

from botocore.exceptions import ClientError

from insightflow_steps.account import Account, code_of, wait_for
from insightflow_steps.names import AUDIT_DATABASE, CRAWLER, CRAWLER_ROLE, DATABASE, RAW_PREFIX, Names

_LEVEL = 3
"""Of the tables' folders, the bucket being level 1: s3://bucket/raw/<set>. Left to itself, a crawler may take two sets
with similar columns for one table."""
_PROPAGATION_SECONDS = 120
"""A new role is not known everywhere at once."""


class GlueDatabase:
    """The database of the raw tables and of those that dbt creates."""

    def __init__(self, account: Account) -> None:
        self.name = f"Glue database {DATABASE}"
        self._glue = account.client("glue")

    def up(self) -> str:
        """Create the database."""
        about = {"Name": DATABASE, "Description": "InsightFlow: Malaysian retail trade and fuel prices"}
        try:
            self._glue.create_database(DatabaseInput=about)
        except ClientError as error:
            if code_of(error) == "AlreadyExistsException":
                return "there already"
            raise
        return "created"

    def down(self) -> str:
        """Delete the database with all tables, and that of the tables under test; data stays in the buckets."""
        gone = [name for name in (AUDIT_DATABASE, DATABASE) if self._delete(name)]
        return "deleted with its tables" if gone else "not there"

    def _delete(self, name: str) -> bool:
        try:
            self._glue.delete_database(Name=name)
        except ClientError as error:
            if code_of(error) == "EntityNotFoundException":
                return False
            raise
        return True


class Crawler:
    """The crawler over the raw data. Only the flow starts it; it has no schedule.

    Parameters:
        account: to work on.
        names: of the bucket.
    """

    def __init__(self, account: Account, names: Names) -> None:
        self.name = f"crawler {CRAWLER}"
        self._glue = account.client("glue")
        configuration = {
            "Version": 1.0,
            "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas", "TableLevelConfiguration": _LEVEL},
            "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}},
        }
        self._wanted = {
            "Name": CRAWLER,
            "Role": account.role_arn(CRAWLER_ROLE),
            "DatabaseName": DATABASE,
            "Description": "Tables and partitions of what the ingestion brings",
            "Targets": {"S3Targets": [{"Path": f"s3://{names.raw_bucket}/{RAW_PREFIX}"}]},
            "SchemaChangePolicy": {
                "UpdateBehavior": "UPDATE_IN_DATABASE",
                "DeleteBehavior": "DELETE_FROM_DATABASE",
            },
            "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVERYTHING"},
            "Configuration": json.dumps(configuration),
        }

    def up(self) -> str:
        """Create the crawler, or update it once it does not run."""
        if self._describe() is None:
            self._once_the_role_is_known(self._glue.create_crawler)
            return "created"
        wait_for(self.name, self._is_ready, seconds=1800)
        self._once_the_role_is_known(self._glue.update_crawler)
        return "there already"

    def down(self) -> str:
        """Stop and delete the crawler."""
        if self._describe() is None:
            return "not there"
        if not self._is_ready():
            self._stop()
        wait_for(f"Stopping {self.name}", self._is_ready, seconds=1800)
        self._glue.delete_crawler(Name=CRAWLER)
        return "deleted"

    def _stop(self) -> None:
        try:
            self._glue.stop_crawler(Name=CRAWLER)
        except ClientError as error:
            if code_of(error) not in ("CrawlerNotRunningException", "CrawlerStoppingException"):
                raise

    def _describe(self) -> dict[str, Any] | None:
        try:
            return self._glue.get_crawler(Name=CRAWLER)["Crawler"]
        except ClientError as error:
            if code_of(error) == "EntityNotFoundException":
                return None
            raise

    def _is_ready(self) -> bool:
        crawler = self._describe()
        return crawler is None or crawler["State"] == "READY"

    def _once_the_role_is_known(self, call: Any) -> None:
        def attempt() -> bool:
            try:
                call(**self._wanted)
            except ClientError as error:
                if code_of(error) == "InvalidInputException" and "assume" in str(error):
                    return False
                raise
            return True

        wait_for(f"The role {CRAWLER_ROLE}, which Glue does not know yet,", attempt, _PROPAGATION_SECONDS)
