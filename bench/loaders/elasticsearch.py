"""Elasticsearch's own way: `python bench/loaders/elasticsearch.py FILE INDEX`; the client's parallel bulk helper."""

import csv
import os
import sys
from pathlib import Path

sys.path.pop(0)  # this folder, whose file of the same name would hide the client

from elasticsearch import Elasticsearch, helpers

file, index = sys.argv[1:]
login = (os.environ["ES_USER"], os.environ["ES_PASSWORD"])
client = Elasticsearch(os.environ["ELASTICSEARCH_URL"], basic_auth=login, request_timeout=120)
with Path(file).open(newline="") as source:
    rows = csv.DictReader(source)
    for _ in helpers.parallel_bulk(client, ({"_index": f"{index}-{row['timestamp'][:10]}", **row} for row in rows)):
        pass
client.indices.refresh(index=f"{index}-*")
