"""Data sets: what the API and CREATE SCHEMA make of one.

https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets
"""

from __future__ import annotations

import re
from typing import Any

from embedded.services.gcp.bigquery.store import now
from embedded.sql_engine.errors import invalid

Json = dict[str, Any]

_ID = re.compile(r"\w{1,1024}", re.ASCII)
DEFAULT_LOCATION = "US"


def check_dataset_id(name: str) -> str:
    """An id that a data set may have. Raises SqlError."""
    if not _ID.fullmatch(name):
        raise invalid(
            f'Invalid dataset ID "{name}". Dataset IDs must be alphanumeric (plus underscores) and must be at most '
            "1024 characters long."
        )
    return name


def new_dataset(project: str, name: str, given: Json) -> Json:
    """The resource of a new data set."""
    moment = str(now())
    return {
        "location": DEFAULT_LOCATION,
        **given,
        "kind": "bigquery#dataset",
        "id": f"{project}:{name}",
        "datasetReference": {"projectId": project, "datasetId": name},
        "creationTime": moment,
        "lastModifiedTime": moment,
        "type": "DEFAULT",
    }
