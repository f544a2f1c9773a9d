"""Long lists, told page by page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from embedded.services.aws.errors import AwsError

Item = TypeVar("Item")


def page(
    items: Iterable[Item], key: Callable[[Item], Any], token: str | None, limit: int, code: str
) -> tuple[list[Item], str | None]:
    """A page of a list.

    Parameters:
        items: all of them.
        key: what they are ordered by, which JSON can hold; a page begins after the key in its token.
        token: that the page before gave; None for the first page.
        limit: items of a page.
        code: of the error for a token that is none.

    Returns:
        The items, and the token of the next page, if there is one.

    Raises:
        AwsError: the token is not one of ours.
    """
    found = sorted(items, key=key)
    if token:
        found = _after(found, key, token, code)
    rest = len(found) > limit
    return found[:limit], _token(key(found[limit - 1])) if rest else None


def _token(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([value]).encode()).decode()


def _after(items: list[Item], key: Callable[[Item], Any], token: str, code: str) -> list[Item]:
    try:
        (last,) = json.loads(base64.urlsafe_b64decode(token.encode()))
        return [item for item in items if key(item) > last]
    except (binascii.Error, ValueError, TypeError) as error:
        raise AwsError(code, "The token of the next page is not valid") from error
