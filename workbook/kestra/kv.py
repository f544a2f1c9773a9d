"""A namespace's key-value store, used like a dict."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from workbook.errors import NotFound
from workbook.kestra.durations import iso_duration
from workbook.kestra.errors import ApiError
from workbook.kestra.http import Http
from workbook.kestra.models import parse_time

GONE = (404, 410)


class KeyMissing(NotFound, KeyError):
    """There is no such key, or it has expired."""

    __str__ = Exception.__str__


@dataclass(frozen=True)
class KvEntry:
    """A key without its value, and when it expires."""

    key: str
    expires: datetime | None


class KvStore(MutableMapping[str, Any]):
    """The keys of one namespace. Values are what JSON can hold."""

    def __init__(self, http: Http, namespace: str) -> None:
        self._http = http
        self.namespace = namespace

    def __getitem__(self, key: str) -> Any:
        """The value.

        Raises:
            KeyMissing: no such key, or it has expired.
        """
        try:
            return self._http.json("GET", self._path(key))["value"]
        except ApiError as error:
            raise self._explain(error, key) from error

    def __setitem__(self, key: str, value: Any) -> None:
        self.set(key, value)

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise self._missing(key)
        self._http.call("DELETE", self._path(key))

    def __iter__(self) -> Iterator[str]:
        return (entry.key for entry in self.list())

    def __len__(self) -> int:
        return len(self.list())

    def __contains__(self, key: object) -> bool:
        return any(entry.key == key for entry in self.list())

    def set(self, key: str, value: Any, ttl: timedelta | None = None) -> None:
        """Store a value.

        Parameters:
            key: the key.
            value: what JSON can hold.
            ttl: the key expires after this time; never if None.
        """
        content = self._http.form.value(value)
        headers = content.pop("headers", {}) | ({"ttl": iso_duration(ttl)} if ttl else {})
        self._http.call("PUT", self._path(key), headers=headers, **content)

    def delete(self, key: str) -> bool:
        """Delete a key if it is there; say whether it was."""
        present = key in self
        if present:
            del self[key]
        return present

    def list(self) -> list[KvEntry]:
        """All keys, sorted, with the time at which they expire."""
        rows = self._http.form.keys(self.namespace)
        entries = (KvEntry(row["key"], parse_time(row.get("expirationDate"))) for row in rows)
        return sorted(entries, key=lambda entry: entry.key)

    def __repr__(self) -> str:
        return f"KvStore({self.namespace}: {', '.join(self) or 'empty'})"

    def _path(self, key: str) -> str:
        return f"/namespaces/{quote(self.namespace, safe='')}/kv/{quote(key, safe='')}"

    def _missing(self, key: str) -> KeyMissing:
        return KeyMissing(f"Namespace {self.namespace!r} has no key {key!r}. Its keys: {', '.join(self) or 'none'}.")

    def _explain(self, error: ApiError, key: str) -> Exception:
        return self._missing(key) if error.status in GONE else error
