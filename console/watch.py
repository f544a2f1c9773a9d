"""Knows whether Kestra answers, for all pages at once, while a page is open."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import requests
from nicegui import app, background_tasks, binding

from workbook.web import session

SECONDS = 1.5
TIMEOUT_SECONDS = 5.0
FAILURES = 2
"""So many in a row mean that it is gone: one alone may be a busy moment."""


class Watch:
    """Asks Kestra again and again whether it is there.

    Parameters:
        url: of Kestra, without a path.

    Attributes:
        gone: whether it does not answer; a page can bind to it.
    """

    gone = binding.BindableProperty()

    def __init__(self, url: str) -> None:
        self._url = f"{url}/api/v1/configs"  # the one path that every server answers without a login
        self._session = session(url)
        self._task: asyncio.Task[None] | None = None
        self.gone = False

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._task = background_tasks.create(self._ask_again_and_again(), name="watch Kestra")

    def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()

    async def _ask_again_and_again(self) -> None:
        failures = 0
        while True:
            answers = not any(app.clients()) or await asyncio.to_thread(self._answers)
            failures = 0 if answers else failures + 1
            self.gone = failures >= FAILURES
            await asyncio.sleep(SECONDS)

    def _answers(self) -> bool:
        with suppress(requests.RequestException):
            return self._session.get(self._url, timeout=TIMEOUT_SECONDS).ok
        return False
