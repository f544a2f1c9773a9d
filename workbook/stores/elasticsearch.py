"""A client of Elasticsearch, to inspect the data that flows have loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import elasticsearch
import pandas as pd

from workbook.errors import NotFound, QueryFailed, ServerDown, WorkbookError, WrongPassword
from workbook.settings import Settings

ANSWER_SECONDS = 30
MOST_VALUES = 100

Query = Mapping[str, Any] | str
"""A query of Elasticsearch's own language, or words to look for in all fields."""


class Elasticsearch:
    """One server.

    Every method raises `ServerDown` when nothing answers, `WrongPassword` when the user or the password is refused,
    `NotFound` when an index or an alias does not exist, and `QueryFailed` with Elasticsearch's own words for any other
    mistake.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __repr__(self) -> str:
        return f"Elasticsearch({self._settings.elasticsearch_url})"

    @cached_property
    def client(self) -> elasticsearch.Elasticsearch:
        """The official client, for whatever has no method here; it raises its own errors."""
        settings = self._settings
        return elasticsearch.Elasticsearch(
            settings.elasticsearch_url,
            basic_auth=(settings.es_user, settings.es_password),
            request_timeout=ANSWER_SECONDS,
            max_retries=0,
        )

    def ping(self) -> None:
        """Check that the server answers and accepts the user."""
        with self._translate_errors():
            self.client.cluster.health()

    def close(self) -> None:
        """Close the connections."""
        if "client" in self.__dict__:
            self.client.close()

    def count(self, index: str, query: Query | None = None) -> int:
        """How many documents fit.

        Parameters:
            index: an index, an alias or a pattern.
        """
        with self._translate_errors():
            return int(self.client.count(index=index, query=_query(query))["count"])

    def search(self, index: str, query: Query | None = None, size: int = 10) -> pd.DataFrame:
        """The documents that fit best, best first: a column `_score`, then their fields.

        Parameters:
            index: an index, an alias or a pattern.
            query: which documents; all if None.
            size: how many at most.
        """
        with self._translate_errors():
            hits = self.client.search(index=index, query=_query(query), size=size)["hits"]["hits"]
        return pd.DataFrame([{"_score": hit["_score"], **hit["_source"]} for hit in hits])

    def facets(self, index: str, field: str, query: Query | None = None, size: int = MOST_VALUES) -> pd.DataFrame:
        """How many documents have each value of a field: columns `value` and `count`, most frequent first.

        Parameters:
            index: an index, an alias or a pattern.
            field: a field of type keyword, number or date.
            query: which documents count; all if None.
            size: how many values at most.
        """
        values = {"values": {"terms": {"field": field, "size": size}}}
        with self._translate_errors():
            answer = self.client.search(index=index, query=_query(query), size=0, aggs=values)
        buckets = answer["aggregations"]["values"]["buckets"]
        rows = [(bucket.get("key_as_string", bucket["key"]), bucket["doc_count"]) for bucket in buckets]
        return pd.DataFrame(rows, columns=["value", "count"])

    def indices(self, alias: str) -> pd.DataFrame:
        """The indices behind an alias or a pattern, by name: columns `index`, `docs` and `bytes`."""
        listed: Any  # a list, for JSON; the client's types know the answer as text alone
        with self._translate_errors():
            listed = self.client.cat.indices(index=alias, h="index,docs.count,store.size", bytes="b", format="json")
        rows = [(row["index"], int(row["docs.count"] or 0), int(row["store.size"] or 0)) for row in listed]
        return pd.DataFrame(sorted(rows), columns=["index", "docs", "bytes"])

    def drop(self, alias: str) -> None:
        """Delete the indices of an alias that has one a day, and the template that makes them, if they are there.

        Parameters:
            alias: its name; the indices are called `alias-...`.
        """
        with self._translate_errors():
            for index in self.indices(f"{alias}-*")["index"]:
                self.client.indices.delete(index=index)
            self.client.options(ignore_status=404).indices.delete_index_template(name=alias)

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except (elasticsearch.ApiError, elasticsearch.TransportError) as error:
            raise self._explanation(error) from error

    def _explanation(self, error: elasticsearch.ApiError | elasticsearch.TransportError) -> WorkbookError:
        settings = self._settings
        if isinstance(error, elasticsearch.AuthenticationException):
            variables = "ES_USER and ES_PASSWORD"
            return WrongPassword("Elasticsearch", settings.elasticsearch_url, settings.es_user, variables)
        if isinstance(error, elasticsearch.NotFoundError):
            name = _reason(error).get("index") or "asked for"
            return NotFound(f"Elasticsearch has no index or alias {name}. Run the flow that loads it first.")
        if isinstance(error, elasticsearch.ApiError):
            return QueryFailed(f"Elasticsearch refuses this request:\n{_words(error)}")
        reason = "it took too long" if isinstance(error, elasticsearch.ConnectionTimeout) else "no connection"
        down = (reason, settings.stack, "elasticsearch", "ELASTICSEARCH_URL")
        return ServerDown("Elasticsearch", settings.elasticsearch_url, *down)


def _query(query: Query | None) -> Mapping[str, Any] | None:
    return {"simple_query_string": {"query": query, "lenient": True}} if isinstance(query, str) else query


def _reason(error: elasticsearch.ApiError) -> dict[str, Any]:
    body = error.body if isinstance(error.body, dict) else {}
    reason = body.get("error")
    return reason if isinstance(reason, dict) else {}


def _words(error: elasticsearch.ApiError) -> str:
    """The reasons that the server names, the innermost last; of one a shard, the first."""
    reason = _reason(error)
    causes = [cause.get("reason") for cause in reason.get("root_cause", [])[:1]]
    reasons = dict.fromkeys(text for text in (reason.get("reason"), *causes) if text)
    return "\n".join(reasons) or str(error)
