"""The console's process: `python -m console`.

Environment: `CONSOLE_PORT` (on the loopback address), `KESTRA_URL`, `KESTRA_USERNAME` (proposed in the form for logging
in) and `WORKBOOK_STACK` (names the remedy when Kestra is down).
"""

import logging
import sys
from importlib import import_module

import uvicorn

from catalog.spec import LOOPBACK
from console.lean_imports import leave_out
from console.settings import Settings, SettingsError

GRACE_SECONDS = 2


def main() -> int:
    """Serve the console until a signal ends it; gives the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)-5s %(name)s %(message)s")
    try:
        settings = Settings.load()
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    leave_out()
    uvicorn.run(
        import_module("console.app").create_app(settings),
        host=LOOPBACK,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        loop="asyncio",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
