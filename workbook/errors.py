"""What can go wrong, each with one clear message that says what to do."""

from __future__ import annotations

import catalog


def remedy(stack: str, service: str = "", variable: str = "KESTRA_URL") -> str:
    """The command that starts a service, or the three of the first lessons if none is named.

    Parameters:
        stack: `embedded`, `docker` or `cloud`.
        service: the service, such as `postgres`.
        variable: the setting that says where the service is.
    """
    if stack == "embedded":
        return f"python -m embedded up --only {service}" if service else "python -m embedded up"
    start = f"docker compose up -d {catalog.docker_name(service)}".rstrip()
    return f"{start}   (or point {variable} at your server)" if stack == "cloud" else start


class WorkbookError(Exception):
    """Anything that the workbook can explain. In a notebook it shows as its message, without a stack trace."""

    def _render_traceback_(self) -> list[str]:
        """The lines that IPython shows in place of a stack trace. The cell, and so papermill, still fails.

        IPython asks an exception for this method: `InteractiveShell.showtraceback` in
        https://github.com/ipython/ipython/blob/main/IPython/core/interactiveshell.py
        """
        return [f"{type(self).__name__}: {self}"]


class StackError(WorkbookError):
    """The stack, or the Python it should run on, is not what this notebook needs."""


class ServerDown(WorkbookError):
    """Nothing answers at an address, or not in time."""

    def __init__(
        self,
        name: str,
        url: str,
        reason: str,
        stack: str = "embedded",
        service: str = "",
        variable: str = "KESTRA_URL",
    ) -> None:
        self.url = url
        super().__init__(
            f"{name} does not answer at {url} ({reason}).\nStart it with:  {remedy(stack, service, variable)}"
        )


class WrongPassword(WorkbookError):
    """The server refuses the user name or the password."""

    def __init__(self, name: str, url: str, username: str, variables: str) -> None:
        super().__init__(
            f"{name} at {url} refuses the user {username!r} with this password.\n"
            f"Set {variables} in .env to what the server was started with."
        )


class NotFound(WorkbookError):
    """There is no such flow, execution, trigger, key, output, table, index, collection, bucket or object."""


class QueryFailed(WorkbookError):
    """A store refuses a statement or a request."""


class SourceFailed(WorkbookError):
    """A source of files does not answer, or sends something else than it should."""
