"""Elasticsearch. The tables are an index a day, behind one alias."""

import os

from elasticsearch import Elasticsearch


def connect(timeout: float = 60) -> Elasticsearch:
    """Open a client; the task's `env` says where.

    Parameters:
        timeout: seconds that a request may take.
    """
    login = (os.environ["ES_USER"], os.environ["ES_PASSWORD"])
    return Elasticsearch(os.environ["ELASTICSEARCH_URL"], basic_auth=login, request_timeout=timeout)
