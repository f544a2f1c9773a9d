"""`python -m embedded.services.qdrant FOLDER PORT`: serve the collections of a folder on the loopback address."""

import argparse
import logging
import sys
from pathlib import Path

from embedded.services.qdrant.app import Api, refuse
from embedded.services.qdrant.store import InUseError, Store
from embedded.shared.browser_guard import BrowserGuard
from embedded.shared.http_server import serve
from embedded.shared.parent_watch import exit_with_parent

GRACE_SECONDS = 10


def main() -> int:
    """Serve until a signal ends it; the exit code is 0, or 2 when the folder is in use."""
    parser = argparse.ArgumentParser(prog="python -m embedded.services.qdrant", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("port", type=int)
    options = parser.parse_args()
    exit_with_parent()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        store = Store(options.folder)
    except InUseError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        serve(BrowserGuard(Api(store).app(), refuse=refuse), options.port, grace=GRACE_SECONDS)
    finally:
        store.close()
    return 0


sys.exit(main())
