"""Answers that hardly change, kept for a while: an editor asks for schemas at each key."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from workbook.kestra.client import KestraClient

SECONDS = 300.0
"""How long an answer is kept: a server that has been started again may have other task types."""

_Answers = dict[tuple[str, str], tuple[float, Any]]
_kept: WeakKeyDictionary[KestraClient, _Answers] = WeakKeyDictionary()


def kept_json(kestra: KestraClient, path: str, params: Mapping[str, str] | None = None) -> Any:
    """What the server answers to a GET, or has answered to the same user lately. Callers must not change it.

    Parameters:
        kestra: the client of a session.
        path, params: of the request.

    Raises:
        WorkbookError: the server does not answer, or refuses; that is not kept.
    """
    answers, asked, now = _kept.setdefault(kestra, {}), (path, repr(params)), time.monotonic()
    since, answer = answers.get(asked, (-SECONDS, None))
    if now - since >= SECONDS:
        answer = kestra.http.json("GET", path, params=params)
        answers[asked] = (now, answer)
    return answer
