"""BigQuery on a port of its own, without the rest of Google Cloud in front of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from starlette.applications import Starlette

from embedded.services.gcp.bigquery.routes import BigQuery
from tests.wire.gcp.bigquery.folder import Folder

PROJECT = "test-project"


@contextmanager
def served(home: Path, objects: Folder) -> Iterator[str]:
    """Serve a home until the context ends; gives the address."""
    service = BigQuery(home, objects, PROJECT)
    config = uvicorn.Config(Starlette(routes=service.routes()), port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.005)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
        service.close()


def client(address: str) -> bigquery.Client:
    """Google's client, as it comes."""
    options = ClientOptions(api_endpoint=address)
    return bigquery.Client(PROJECT, AnonymousCredentials(), client_options=options, location="US")
