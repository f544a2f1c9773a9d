"""pgAdmin as a service of the embedded stack."""

from __future__ import annotations

import json
from pathlib import Path

from catalog.services.pgadmin import PGADMIN
from catalog.services.postgres import POSTGRES
from embedded.service import Context, ProcessSpec, Service, ServiceError
from embedded.shared.loopback import HOST, http_ok
from embedded.shared.python_environments import EnvironmentProblem, locked

_LAUNCHER = Path(__file__).with_name("launch.py")
_LOCK = Path(__file__).with_name("pgadmin.lock")
"""Packages that conflict with the project's, and that few need: they are fetched at the first start."""
_SERVERS = "servers.json"


class PgAdmin(Service):
    """pgAdmin with the taxi database registered. Its first start fetches some 120 packages."""

    spec = PGADMIN
    start_timeout = 180.0
    grace = 5.0
    patience = 120.0

    def prepare(self, context: Context) -> None:
        """Build the environment if there is none, and write the list of servers.

        Raises:
            ServiceError: pgAdmin's packages cannot be fetched.
        """
        try:
            _commands()
        except EnvironmentProblem as error:
            raise ServiceError(str(error)) from error
        (context.home / _SERVERS).write_text(json.dumps(_servers(context), indent=2))

    def command(self, context: Context) -> ProcessSpec:
        """pgAdmin's own Python with the launcher."""
        own, home = context.settings[PGADMIN], context.home
        argv = [str(_commands() / "python"), str(_LAUNCHER), str(home), str(self.port(context)), str(home / _SERVERS)]
        env = {"PGADMIN_SETUP_EMAIL": own.email, "PGADMIN_SETUP_PASSWORD": own.password}
        return ProcessSpec(argv, env, cwd=home)

    def healthy(self, context: Context) -> bool:
        """Whether pgAdmin answers."""
        return http_ok(self.port(context), "/misc/ping")


def _commands() -> Path:
    """The folder of the environment's programs, built at the first use."""
    return locked(_LOCK, "pgAdmin's packages could not be installed")


def _servers(context: Context) -> dict[str, object]:
    """The taxi database, as the Docker stack registers it; its password is asked for."""
    lines = context.required
    port = int(lines.get("POSTGRES_PORT") or POSTGRES.ports[0].default or 0)
    registered = {
        "Name": "ny_taxi",
        "Group": "Workbook",
        "Host": HOST,
        "Port": port,
        "MaintenanceDB": lines["POSTGRES_DB"],
        "Username": lines["POSTGRES_USER"],
        "SSLMode": "prefer",
    }
    return {"Servers": {"1": registered}}
