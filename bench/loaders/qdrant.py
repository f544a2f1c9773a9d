"""Qdrant's own way: `python bench/loaders/qdrant.py FILE COLLECTION`; the client's upload, with vectors at no cost."""

import csv
import os
import sys
import uuid
from pathlib import Path

from qdrant_client import QdrantClient, models

file, collection = sys.argv[1:]
client = QdrantClient(url=os.environ["QDRANT_URL"], timeout=60)
with Path(file).open(newline="") as source:
    rows = csv.DictReader(source)
    points = (
        models.PointStruct(id=str(uuid.uuid4()), vector=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], payload=row) for row in rows
    )
    client.upload_points(collection, points, wait=True)
