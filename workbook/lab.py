"""The lab: what a notebook works with."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from workbook import notebook, stack
from workbook.dataset import Dataset
from workbook.errors import StackError
from workbook.kestra import KestraClient
from workbook.settings import Settings, load
from workbook.stores.postgres import Postgres


class Lab:
    """The services of one stack, each opened when it is first used."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __repr__(self) -> str:
        return f"Lab({self.settings.stack})"

    @cached_property
    def kestra(self) -> KestraClient:
        """Kestra."""
        settings = self.settings
        return KestraClient(settings.kestra_url, settings.kestra_username, settings.kestra_password, settings.stack)

    @cached_property
    def postgres(self) -> Postgres:
        """The database the taxi trips land in."""
        return Postgres(self.settings)

    @cached_property
    def dataset(self) -> Dataset:
        """The data server."""
        return Dataset(self.settings)

    @property
    def storage(self) -> Path:
        """The folder of Kestra's internal storage."""
        return self.settings.storage

    def close(self) -> None:
        """Close connections. The stack goes on: `python -m embedded down` stops it."""
        if "kestra" in self.__dict__:
            self.kestra.http.close()
        if "postgres" in self.__dict__:
            self.postgres.engine.dispose()


def open(*services: str) -> Lab:
    """Make sure that services are up, and give the lab.

    The embedded stack is started if need be; the others are only looked for.

    Parameters:
        services: `kestra`, `postgres`, `dataset`; all of them if none is named.

    Raises:
        StackError: an unknown service, a wrong Python, or a service that does not start.
        ServerDown: a service of the docker or the cloud stack does not answer.
        WrongPassword: it refuses the password in the settings.
    """
    notebook.install_error_display()
    wanted = services or stack.SERVICES
    unknown = [name for name in wanted if name not in stack.SERVICES]
    if unknown:
        raise StackError(f"There is no service {', '.join(unknown)}. There are {', '.join(stack.SERVICES)}.")
    lab = Lab(load(ask_stack=lambda: stack.bring_up(wanted)))
    if "kestra" in wanted:
        lab.kestra.ping()
    if "postgres" in wanted:
        lab.postgres.scalar("SELECT 1")
    print(f"Stack: {', '.join(wanted)} {'is' if len(wanted) == 1 else 'are'} up")
    return lab
