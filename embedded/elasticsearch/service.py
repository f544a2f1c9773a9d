"""An Elasticsearch node as a service of the embedded stack."""

from __future__ import annotations

from embedded.service import HOST, Context, Service
from embedded.settings import Settings


class Elasticsearch(Service):
    """An Elasticsearch node as a service of the embedded stack."""

    name = "elasticsearch"

    def wanted_ports(self, settings: Settings) -> dict[str, int]:
        return {"ELASTICSEARCH_PORT": settings.elasticsearch_port}

    def environment(self, context: Context) -> dict[str, str]:
        settings = context.settings
        port = context.ports["ELASTICSEARCH_PORT"]
        return {
            "ELASTICSEARCH_URL": f"http://{HOST}:{port}",
            "ELASTICSEARCH_PORT": str(port),
            "ES_USER": settings.es_user,
            "ES_PASSWORD": settings.es_password,
        }
