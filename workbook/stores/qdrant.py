"""A client of Qdrant, to inspect the data that flows have loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

from workbook.errors import NotFound, QueryFailed, ServerDown, WorkbookError
from workbook.settings import Settings
from workbook.web import is_here

ANSWER_SECONDS = 30
PAGE = 1000
BOUNDS = frozenset({"gt", "gte", "lt", "lte"})

Filter = Mapping[str, Any]
"""Field by field: a value, a list of values of which one fits, or bounds such as {"gte": 20, "lt": 30}."""


class Qdrant:
    """One server.

    Every method raises `ServerDown` when nothing answers, `NotFound` when a collection does not exist, and
    `QueryFailed` with Qdrant's own words for any other mistake.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __repr__(self) -> str:
        return f"Qdrant({self._settings.qdrant_url})"

    @cached_property
    def client(self) -> QdrantClient:
        """The official client, for whatever has no method here; it raises its own errors."""
        url = self._settings.qdrant_url
        return QdrantClient(
            url=url,
            # Without a port in the address the client would add its own default one.
            port=urlsplit(url).port or (443 if url.startswith("https") else 80),
            timeout=ANSWER_SECONDS,
            check_compatibility=False,  # it would ask, and warn, before the first use
            trust_env=not is_here(url),
        )

    def ping(self) -> None:
        """Check that the server answers."""
        with self._translate_errors():
            self.client.get_collections()

    def close(self) -> None:
        """Close the connections."""
        if "client" in self.__dict__:
            self.client.close()

    def count(self, collection: str, filter: Filter | None = None) -> int:
        """How many points fit, exactly."""
        with self._translate_errors():
            return self.client.count(collection, count_filter=_filter(filter), exact=True).count

    def nearest(
        self,
        collection: str,
        id_or_vector: str | int | Sequence[float],
        limit: int = 10,
        filter: Filter | None = None,
    ) -> pd.DataFrame:
        """The nearest neighbours of a point, the nearest first: columns `id` and `score`, then their payload.

        Parameters:
            collection: the collection.
            id_or_vector: the id of a point, which is not among its own neighbours, or a vector.
            limit: how many at most.
            filter: which points count.
        """
        query = id_or_vector if isinstance(id_or_vector, str | int) else [float(part) for part in id_or_vector]
        with self._translate_errors():
            answer = self.client.query_points(collection, query=query, limit=limit, query_filter=_filter(filter))
        rows = [_row(point.payload, id=point.id, score=point.score) for point in answer.points]
        return pd.DataFrame(rows, columns=None if rows else ["id", "score"])

    def vectors(
        self,
        collection: str,
        limit: int = PAGE,
        filter: Filter | None = None,
        including: Sequence[str | int] = (),
    ) -> pd.DataFrame:
        """Points with their vectors: a column `id`, their payload, and a column `vector`.

        Parameters:
            collection: the collection.
            limit: how many at most, in the order of their ids.
            filter: which points count.
            including: ids of further points, which come first, whatever the filter says.
        """
        rows = {point.id: point for point in self._retrieved(collection, list(including))}
        others = self._scrolled(collection, limit, _filter(filter))
        rows |= {point.id: point for point in others if point.id not in rows}
        table = [{**_row(point.payload, id=point.id), "vector": point.vector} for point in rows.values()]
        return pd.DataFrame(table, columns=None if table else ["id", "vector"])

    def drop(self, collection: str) -> None:
        """Delete a collection if it is there, with its points."""
        with self._translate_errors():
            self.client.delete_collection(collection)

    def _retrieved(self, collection: str, ids: list[str | int]) -> list[models.Record]:
        if not ids:
            return []
        with self._translate_errors():
            return self.client.retrieve(collection, ids, with_vectors=True)

    def _scrolled(self, collection: str, limit: int, which: models.Filter | None) -> list[models.Record]:
        records: list[models.Record] = []
        at: Any = None
        while len(records) < limit:
            size = min(PAGE, limit - len(records))
            with self._translate_errors():
                page, at = self.client.scroll(collection, scroll_filter=which, limit=size, offset=at, with_vectors=True)
            records += page
            if at is None:
                break
        return records

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except ApiException as error:
            raise self._explanation(error) from error

    def _explanation(self, error: ApiException) -> WorkbookError:
        settings = self._settings
        if isinstance(error, ResponseHandlingException):
            down = ("no connection", settings.stack, "qdrant", "QDRANT_URL")
            return ServerDown("Qdrant", settings.qdrant_url, *down)
        words = _words(error)
        if isinstance(error, UnexpectedResponse) and error.status_code == 404:
            return NotFound(f"Qdrant finds no such thing: {words}\nRun the flow that loads it first.")
        return QueryFailed(f"Qdrant refuses this request:\n{words}")


def _row(payload: Mapping[str, Any] | None, **first: Any) -> dict[str, Any]:
    """A point as a row; its own id and score come first, and win over fields of its payload with these names."""
    return {**first, **(payload or {}), **first}


def _filter(wanted: Filter | None) -> models.Filter | None:
    if not wanted:
        return None
    return models.Filter(must=[_condition(field, value) for field, value in wanted.items()])


def _condition(field: str, value: Any) -> models.FieldCondition:
    if isinstance(value, Mapping):
        if not value or not BOUNDS.issuperset(value):
            raise QueryFailed(f"The filter of {field} is {dict(value)}; bounds are named {', '.join(sorted(BOUNDS))}.")
        numbers = all(isinstance(bound, int | float) for bound in value.values())
        return models.FieldCondition(key=field, range=(models.Range if numbers else models.DatetimeRange)(**value))
    if isinstance(value, list | tuple | set):
        return models.FieldCondition(key=field, match=models.MatchAny(any=list(value)))
    if isinstance(value, float):  # Qdrant matches only whole numbers by value
        return models.FieldCondition(key=field, range=models.Range(gte=value, lte=value))
    return models.FieldCondition(key=field, match=models.MatchValue(value=value))


def _words(error: ApiException) -> str:
    if not isinstance(error, UnexpectedResponse):
        return str(error)
    try:
        return str(error.structured()["status"]["error"])
    except (ValueError, KeyError, TypeError):
        return error.content.decode(errors="replace") or error.reason_phrase
