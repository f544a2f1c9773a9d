"""The key-value store of a namespace: pairs with their types, and what a typed text means."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from console.calls.paged import Page
from workbook.kestra.api import quoted
from workbook.kestra.client import KestraClient

TYPES = ("STRING", "NUMBER", "BOOLEAN", "DATETIME", "DATE", "DURATION", "JSON")
_DURATION = re.compile(r"-?P(?=[\dT])(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")


class NotSo(ValueError):
    """A text that stands for no value of its type."""


@dataclass(frozen=True)
class Pair:
    """A key with its value.

    Attributes:
        kind: one of `TYPES`.
        text: the value as it is typed.
        revision: counts how often it was set.
    """

    key: str
    kind: str
    text: str
    revision: int


def search(kestra: KestraClient, namespace: str, text: str, page: int, size: int) -> Page:
    """The keys of a namespace.

    Parameters:
        kestra: the client.
        namespace: the namespace.
        text: a part of the keys.
        page, size: which rows.
    """
    params: dict[str, Any] = {"page": page, "size": size, "sort": "key:asc", "filters[namespace][EQUALS]": namespace}
    if text:
        params["filters[q][EQUALS]"] = text
    return Page.of(kestra.http.json("GET", "/kv", params=params))


def inherited(kestra: KestraClient, namespace: str) -> list[dict[str, Any]]:
    """The keys of the namespaces around this one that it can read."""
    rows: list[dict[str, Any]] = kestra.http.json("GET", f"/namespaces/{quoted(namespace)}/kv/inheritance")
    return sorted(rows, key=lambda row: str(row["key"]))


def read(kestra: KestraClient, namespace: str, key: str) -> Pair:
    """A pair.

    Raises:
        ApiError: there is none, or it has expired.
    """
    row = kestra.http.json("GET", _path(namespace, key))
    return Pair(key, row["type"], shown(row["type"], row["value"]), row.get("revision") or 1)


def put(
    kestra: KestraClient, namespace: str, key: str, kind: str, text: str, ttl: str = "", description: str = ""
) -> None:
    """Set a pair.

    Parameters:
        kestra: the client.
        namespace, key: which pair.
        kind: one of `TYPES`.
        text: the value as it is typed.
        ttl: how long the pair lives, as ISO 8601 writes it; for ever if empty.
        description: what it is for.

    Raises:
        NotSo: the text is no value of the type.
        ApiError: the server refuses it.
    """
    headers = {"Content-Type": "text/plain"}
    headers |= {name: value for name, value in (("ttl", ttl), ("description", description)) if value}
    kestra.http.call("PUT", _path(namespace, key), data=encoded(kind, text).encode(), headers=headers)


def delete(kestra: KestraClient, namespace: str, key: str) -> None:
    """Delete a pair."""
    kestra.http.call("DELETE", _path(namespace, key))


def shown(kind: str, value: Any) -> str:
    """A value as it is typed.

    Parameters:
        kind: its type.
        value: as the server sends it.
    """
    if kind == "JSON":
        return json.dumps(value, indent=2, ensure_ascii=False)
    return json.dumps(value) if kind in ("NUMBER", "BOOLEAN") else str(value)


def encoded(kind: str, text: str) -> str:
    """A typed text as the server reads it: an Ion text, in which only strings have quotes.

    Parameters:
        kind: one of `TYPES`.
        text: what was typed.

    Raises:
        NotSo: the server would take it for a value of another type.
    """
    plain = text.strip()
    if kind == "STRING":
        if _DURATION.fullmatch(text):
            raise NotSo("Kestra reads this text as a DURATION: choose that type")
        return json.dumps(text)
    if kind == "DURATION":
        if not _DURATION.fullmatch(plain):
            raise NotSo("no duration of ISO 8601, such as PT12H30M or P7D")
        return json.dumps(plain)
    _CHECKS[kind](plain)
    return plain


def remaining(expires: datetime | None) -> str:
    """What is left of a pair's life, as ISO 8601 writes it; empty if it lives for ever.

    Parameters:
        expires: when it ends.
    """
    if expires is None:
        return ""
    return f"PT{max(1, round((expires - datetime.now(UTC)).total_seconds()))}S"


def _number(text: str) -> None:
    if not re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", text):
        raise NotSo("no number, such as 12 or -0.5")


def _boolean(text: str) -> None:
    if text not in ("true", "false"):
        raise NotSo("neither true nor false")


def _datetime(text: str) -> None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)", text):
        raise NotSo("no moment with its offset, such as 2026-01-31T10:00:00Z")


def _date(text: str) -> None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise NotSo("no date, such as 2026-01-31")


def _json(text: str) -> None:
    if text[:1] not in ("{", "["):  # the rest is the server's to check
        raise NotSo("neither an object nor a list")


_CHECKS = {"NUMBER": _number, "BOOLEAN": _boolean, "DATETIME": _datetime, "DATE": _date, "JSON": _json}


def _path(namespace: str, key: str) -> str:
    return f"/namespaces/{quoted(namespace)}/kv/{quoted(key)}"
