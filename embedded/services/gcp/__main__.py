"""The process of the `gcp` service. Run as `python -m embedded.services.gcp [--host ADDRESS] [--name NAME]`.

Environment: `GCP_HOME` (where all is kept), and of the stack's settings `GCP_PORT` and `GCP_PROJECT_ID`. In a container
besides: `GCP_HOST`, the name by which others find it; `GCP_KEY_FOLDER`, where its account's key lies for them; and
`GCP_TLS_PORT`, where it serves under Google's own names.
"""

import os
from pathlib import Path

from catalog.services.gcp import GCP
from embedded.services.gcp import KEY_FILE
from embedded.services.gcp.bigquery.routes import BigQuery
from embedded.services.gcp.certificate import NAMES, certificate
from embedded.services.gcp.front import TOKEN, Front, refuse
from embedded.services.gcp.gcs.reading import StoredObjects
from embedded.services.gcp.gcs.routes import Gcs
from embedded.services.gcp.gcs.store import Store
from embedded.services.gcp.identity import Identity
from embedded.shared.browser_guard import BrowserGuard
from embedded.shared.http_server import Tls, serve
from embedded.shared.listen_host import parse_listening
from embedded.shared.loopback import HOST
from embedded.shared.memory import limit_memory
from embedded.shared.parent_watch import exit_with_parent
from embedded.shared.settings import Settings

_MOST_MEMORY = 4 << 30
"""In bytes: twice what DuckDB takes by itself, as its text functions heed no limit."""


def main() -> None:
    """Serve until told to stop."""
    exit_with_parent()
    limit_memory(_MOST_MEMORY)
    listening = parse_listening(__doc__ or "")
    settings = Settings.load()[GCP]
    home = Path(os.environ["GCP_HOME"])
    name = os.environ.get("GCP_HOST", HOST)
    token_uri = f"http://{name}:{settings.port}{TOKEN}"
    key_file = Path(os.environ.get("GCP_KEY_FOLDER", home)) / KEY_FILE
    identity = Identity(key_file, settings.project_id, token_uri)
    store = Store(home / "gcs")
    bigquery = BigQuery(home / "bigquery", StoredObjects(store, home / "scratch"), settings.project_id)
    try:
        app = Front(identity, [*Gcs(store).routes(), *bigquery.routes()]).app()
        guard = BrowserGuard(app, listening.hosts(name, *NAMES), refuse)
        serve(guard, settings.port, listening.address, tls=_tls(home))
    finally:
        bigquery.close()


def _tls(home: Path) -> Tls | None:
    port = os.environ.get("GCP_TLS_PORT")
    if not port:
        return None
    files = certificate(home)
    return Tls(int(port), files.certificate, files.key)


if __name__ == "__main__":
    main()
