"""Where the console listens, and where Kestra is: from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from catalog.services.console import CONSOLE
from catalog.services.kestra import KESTRA
from catalog.spec import LOOPBACK


class SettingsError(ValueError):
    """A setting has a value that cannot work."""


@dataclass(frozen=True)
class Settings:
    """The settings of the process.

    Attributes:
        port: on the loopback address.
        kestra_url: without a path.
        username: that the form for logging in proposes.
        stack: names the remedy when Kestra is down (`embedded`, `docker`, `cloud`).
    """

    port: int
    kestra_url: str
    username: str
    stack: str

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings.

        Parameters:
            environ: where from.

        Raises:
            SettingsError: a value cannot work.
        """
        port = environ.get(CONSOLE.port_variable) or str(CONSOLE.ports[0].default)
        if not port.isdigit() or not 0 < int(port) < 65536:
            raise SettingsError(f"{CONSOLE.port_variable} is {port!r}: set it to a port number from 1 to 65535")
        url = environ.get("KESTRA_URL") or f"http://{LOOPBACK}:{KESTRA.ports[0].default}"
        return cls(
            port=int(port),
            kestra_url=url.rstrip("/"),
            username=environ.get("KESTRA_USERNAME") or str(KESTRA.setting("username").default),
            stack=environ.get("WORKBOOK_STACK") or "embedded",
        )
