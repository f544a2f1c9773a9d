"""An execution that is looked at while it runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from console.live import follow
from console.view import View
from workbook.kestra.follow import follow as follow_execution
from workbook.kestra.models import Execution

Watcher = Callable[[], Awaitable[None]]


class LiveExecution:
    """An execution as it is now; who watches is told of each change.

    Parameters:
        view: of the page.
        execution: as it was read.

    Attributes:
        now: the execution.
    """

    def __init__(self, view: View, execution: Execution) -> None:
        self._view = view
        self.now = execution
        self._watchers: list[Watcher] = []

    def watch(self, watcher: Watcher) -> None:
        """Call something at each change."""
        self._watchers.append(watcher)

    def follow(self, known_changes: int = 0) -> None:
        """Follow it to its end, in the current page.

        Parameters:
            known_changes: as of `workbook.kestra.follow.follow`: what has fewer states in its history is stale.
        """
        http, execution_id = self._view.kestra.http, self.now.id
        follow(lambda: follow_execution(http, execution_id, known_changes), self._take)

    async def read(self) -> None:
        """Read it again once, and follow it if it goes on."""
        was_over = self.now.terminated
        await self._take(await self._view.ask(self._view.kestra.executions.get, self.now.id))
        if was_over and not self.now.terminated:
            self.follow()

    async def _take(self, execution: Execution) -> None:
        self.now = execution
        for watcher in self._watchers:
            await watcher()
