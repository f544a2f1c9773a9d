"""Pagination of list operations."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from embedded.services.aws.errors import AwsError

Item = TypeVar("Item")


def paginate(
    items: Iterable[Item], key: Callable[[Item], Any], token: str | None, limit: int, code: str
) -> tuple[list[Item], str | None]:
    """Cut a page out of a list.

    Parameters:
        items: the whole list.
        key: sort key, a JSON value; a page starts after the key in its token.
        token: token of the previous page; None for the first page.
        limit: maximum number of items.
        code: error code for an invalid token.

    Returns:
        The items, and the token of the next page, if any.

    Raises:
        AwsError: the token is invalid.
    """
    if limit < 1:
        raise AwsError(code, f"A page has at least one item, not {limit}")
    rest = sorted(items, key=key)
    if token:
        rest = _after(rest, key, token, code)
    return rest[:limit], _token(key(rest[limit - 1])) if len(rest) > limit else None


def _token(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([value]).encode()).decode()


def _after(items: list[Item], key: Callable[[Item], Any], token: str, code: str) -> list[Item]:
    try:
        (last,) = json.loads(base64.urlsafe_b64decode(token.encode()))
        return [item for item in items if key(item) > last]
    except (binascii.Error, ValueError, TypeError) as error:
        raise AwsError(code, "The token of the next page is not valid") from error
