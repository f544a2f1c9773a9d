"""The process of the `gcp` service. Run as `python -m embedded.gcp [--host ADDRESS]`.

Environment: `GCP_HOME` (where all is kept), and of the stack's settings `GCP_PORT` and `GCP_PROJECT_ID`.
"""

import os
from pathlib import Path

from embedded.binding import chosen_host
from embedded.gcp import KEY_FILE
from embedded.gcp.bigquery.api import BigQuery
from embedded.gcp.front import TOKEN, application
from embedded.gcp.gcs.api import Gcs
from embedded.gcp.gcs.reading import StoredObjects
from embedded.gcp.gcs.store import Store
from embedded.gcp.identity import Identity
from embedded.lifeline import exit_with_parent
from embedded.service import HOST
from embedded.serving import serve
from embedded.settings import Settings


def main() -> None:
    """Serve until told to stop."""
    exit_with_parent()
    listen_on = chosen_host(__doc__ or "")
    settings = Settings.load()
    home = Path(os.environ["GCP_HOME"])
    identity = Identity(home / KEY_FILE, settings.gcp_project_id, f"http://{HOST}:{settings.gcp_port}{TOKEN}")
    store = Store(home / "gcs")
    bigquery = BigQuery(home / "bigquery", StoredObjects(store, home / "scratch"), settings.gcp_project_id)
    try:
        app = application(identity, [*Gcs(store).routes(), *bigquery.routes()])
        serve(app, settings.gcp_port, listen_on)
    finally:
        bigquery.close()


if __name__ == "__main__":
    main()
