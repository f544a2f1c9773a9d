"""Which version of each store the Docker stack and the embedded one have."""

import re
from typing import Any

from embedded.postgres_cluster.cluster import INSTALLATION
from embedded.services.elasticsearch.distribution import LOCK
from embedded.services.qdrant.app import VERSION as QDRANT
from embedded.shared.downloads import read_lock
from tests.support.compose import Stack
from tests.support.stack import ROOT

POSTGRES = ("pgdatabase", "kestra_postgres")


def store_versions(docker: Stack) -> list[tuple[str, dict[str, Any]]]:
    """The versions by store, each as exact as the image's tag is."""
    postgres = INSTALLATION.removeprefix("pginstall")
    embedded = {
        **dict.fromkeys(POSTGRES, postgres),
        "timescale": postgres,  # the stand-in is functions on PostgreSQL
        "clickhouse": _pinned("chdb-core"),
        "elasticsearch": read_lock(LOCK)[0].coordinate.rpartition(":")[2],
        "qdrant": QDRANT,
    }
    tags = {name: docker.tag(name).removeprefix("v") for name in embedded}
    tags["timescale"] = tags["timescale"].partition("-pg")[2]
    return [
        (f"version of {name}", {"docker": tag, "embedded": _as_exact(tag, embedded[name])})
        for name, tag in tags.items()
    ]


def _as_exact(tag: str, version: str) -> str:
    return ".".join(version.split(".")[: len(tag.split("."))])


def _pinned(package: str) -> str:
    [version] = re.findall(rf"^{package}==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    return version
