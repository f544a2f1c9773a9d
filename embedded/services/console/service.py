"""The workbook's console as a service of the embedded stack."""

from __future__ import annotations

import sys

from catalog.services.console import CONSOLE
from catalog.services.kestra import KESTRA, V1
from embedded.service import Context, ProcessSpec, Service
from embedded.shared.loopback import http_ok
from embedded.shared.settings import Settings

_NEEDED = ("KESTRA_URL", "KESTRA_USERNAME")


class Console(Service):
    """The screens in front of Kestra's REST API. They start beside Kestra, and wait for it by themselves."""

    spec = CONSOLE
    start_timeout = 60.0
    grace = 5.0

    def is_of_use(self, settings: Settings) -> bool:
        """Whether the engine has the API that the screens are made for."""
        return settings[KESTRA].version == V1

    def command(self, context: Context) -> ProcessSpec:
        """The console's process, which learns where Kestra is, and no password."""
        env = {CONSOLE.port_variable: str(self.port(context)), "WORKBOOK_STACK": "embedded"}
        env |= {name: context.required[name] for name in _NEEDED}
        return ProcessSpec([sys.executable, "-m", "console"], env)

    def healthy(self, context: Context) -> bool:
        """Whether the console answers."""
        return http_ok(self.port(context), "/health")
