"""Elasticsearch, the store for looking up words."""

from dataclasses import dataclass

from catalog import setting, versions
from catalog.spec import Address, Container, Health, ServiceSpec


@dataclass(frozen=True)
class ElasticsearchSettings:
    """Settings of the node."""

    port: int = setting.port("ELASTICSEARCH_PORT", 9200)
    user: str = setting.name("ES_USER", "elastic")
    password: str = setting.secret("ES_PASSWORD", "elastic123")
    heap: str = setting.memory("ELASTICSEARCH_HEAP", "256m")


ELASTICSEARCH = ServiceSpec(
    name="elasticsearch",
    title="Elasticsearch",
    settings=ElasticsearchSettings,
    container=Container(
        name="elasticsearch",
        image=f"docker.elastic.co/elasticsearch/elasticsearch:{versions.ELASTICSEARCH}",
        health="http://localhost:9200/_cluster/health",
        memory="1g",
        environment={"ELASTIC_PASSWORD": "ES_PASSWORD"},
        seen_by_flows={"ES_USER": "elastic"},  # the image has this user alone
    ),
    order=6,
    addresses=(Address("ELASTICSEARCH_URL"),),
    health=Health("/_cluster/health", login=("ES_USER", "ES_PASSWORD")),
    seen_by_flows=("ELASTICSEARCH_URL", "ES_USER"),
    secrets=("ES_PASSWORD",),
    prefixes=("ELASTICSEARCH_", "ES_"),
)
