"""Qdrant."""

import os

from qdrant_client import QdrantClient


def connect() -> QdrantClient:
    """Open a client; the task's `env` says where."""
    return QdrantClient(url=os.environ["QDRANT_URL"], timeout=60)
