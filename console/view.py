"""What a page works with: the server, asked without blocking the event loop, and ways to tell the user."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from nicegui import context, ui

from console.places import shared
from console.sessions import Session
from workbook.errors import ServerDown, WorkbookError
from workbook.kestra.client import KestraClient

THREADS = 24
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="kestra")

P = ParamSpec("P")
T = TypeVar("T")


class View:
    """One opened page.

    Parameters:
        session: of the user.

    Attributes:
        kestra: the client, whose calls block: pass them to `ask` or `attempt`.
        username: of the user, with Kestra.
    """

    def __init__(self, session: Session) -> None:
        self.kestra: KestraClient = session.kestra
        self.username = session.username

    async def ask(self, call: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """Run a blocking call in a thread, and give its result: `await view.ask(view.kestra.flow, "space/id")`.

        Parameters:
            call: what to run.
            args, options: its arguments.

        Raises:
            WorkbookError: as the call does; on the way to a page, `frame` shows it.
        """
        work = functools.partial(call, *args, **options)
        return await asyncio.get_running_loop().run_in_executor(_threads, work)

    async def attempt(self, call: Callable[P, T], *args: P.args, **options: P.kwargs) -> T | None:
        """As `ask`, for what a user did: what goes wrong is told in the page, and None is given.

        Parameters:
            call: what to run.
            args, options: its arguments.
        """
        try:
            return await self.ask(call, *args, **options)
        except WorkbookError as error:
            tell_problem(str(error))
            return None

    async def do(self, done: str, call: Callable[P, object], *args: P.args, **options: P.kwargs) -> bool:
        """As `attempt`, for a call whose result does not matter; gives whether it succeeded.

        Parameters:
            done: what to tell the user then.
            call: what to run.
            args, options: its arguments.
        """
        try:
            await self.ask(call, *args, **options)
        except WorkbookError as error:
            tell_problem(str(error))
            return False
        tell(done)
        return True

    def every(self, seconds: float, refresh: Callable[[], Awaitable[None]]) -> ui.timer:
        """Refresh a part of the page again and again; a server that is away is waited for: the page's banner tells.

        Parameters:
            seconds: between two times.
            refresh: what to do.
        """

        async def once() -> None:
            """Refresh once."""
            try:
                await refresh()
            except ServerDown:
                return
            except WorkbookError as error:
                tell_problem(str(error))
                timer.cancel()

        timer = ui.timer(seconds, once, immediate=False)
        return timer


def current_session() -> Session:
    """The session of the page that is being built; the login gate lets nobody in without one."""
    session = shared().sessions.find(context.client.request.cookies)
    if session is None:
        raise RuntimeError("a page is built for somebody who is not logged in")
    return session


def tell(message: str) -> None:
    """Tell the user that something is done."""
    ui.notify(message, type="positive", position="bottom", classes="notice", progress=True, timeout=4000)


def tell_problem(message: str) -> None:
    """Tell the user what went wrong; it stays until it is closed."""
    ui.notify(
        message,
        type="negative",
        position="bottom",
        multi_line=True,
        timeout=0,
        close_button="Close",
        classes="notice notice-problem",
    )
