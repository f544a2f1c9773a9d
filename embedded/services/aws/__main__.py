"""The process of the `aws` service. Run as `python -m embedded.services.aws [--host ADDRESS] [--name NAME]`.

Environment: `AWS_HOME` (where its state is kept), and of the stack's settings `AWS_PORT`, `AWS_ACCESS_KEY_ID`,
`AWS_SECRET_ACCESS_KEY` and `DATASET_SEED`.
"""

import os
from contextlib import ExitStack
from pathlib import Path

from catalog.services.aws import AWS
from catalog.services.dataset import DATASET
from embedded.services.aws.front import Front, refuse
from embedded.services.aws.registry import create_services
from embedded.services.aws.s3.store import Store
from embedded.services.aws.samples import seed
from embedded.services.aws.sts.store import KeyStore
from embedded.shared.browser_guard import BrowserGuard
from embedded.shared.http_server import serve
from embedded.shared.listen_host import parse_listening
from embedded.shared.loopback import HOST
from embedded.shared.memory import limit_memory
from embedded.shared.parent_watch import exit_with_parent
from embedded.shared.settings import Settings

_MOST_MEMORY = 4 << 30
"""In bytes: twice what DuckDB takes by itself, as its text functions heed no limit."""


def main() -> None:
    """Serve until the process is asked to stop."""
    exit_with_parent()
    limit_memory(_MOST_MEMORY)
    listening = parse_listening(__doc__ or "")
    settings = Settings.load()
    own = settings[AWS]
    home = Path(os.environ["AWS_HOME"])
    buckets = home / "s3"
    buckets.mkdir(mode=0o700, exist_ok=True)
    store = Store(buckets)
    seed(store, settings[DATASET].seed)
    keys = KeyStore(home / "sts.sqlite", {own.access_key_id: own.secret_access_key})
    closing = ExitStack()
    endpoint = f"http://{HOST}:{own.port}"
    front = Front(create_services(home, store, keys, endpoint, closing), keys)
    serve(BrowserGuard(front.app(closing), listening.hosts(), refuse), own.port, listening.address)


if __name__ == "__main__":
    main()
