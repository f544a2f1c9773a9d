"""Which versions the catalog, the Docker stack, the embedded one and the documents have."""

import re
from collections.abc import Callable
from typing import Any

from catalog import versions
from embedded.postgres_cluster.cluster import INSTALLATION
from embedded.services.elasticsearch.distribution import LOCK
from embedded.shared.downloads import read_lock
from tests.support.compose import Stack
from tests.support.stack import ROOT

POSTGRES = ("pgdatabase", "kestra_postgres")
_OF_KESTRA = r"(?:[Kk]estra[: ]v?|engine |Kestra/)(\d+\.\d+\.\d+)"
_IN_POM = r"<groupId>io\.kestra</groupId>\s*<artifactId>[\w-]+</artifactId>\s*<version>([^<]+)"
KESTRA_WRITTEN = {
    "README.md": _OF_KESTRA,
    "docs/architecture.svg": _OF_KESTRA,
    "docs/docker.md": _OF_KESTRA,
    "docs/sizing.md": _OF_KESTRA,
    "docker-compose.yml": _OF_KESTRA,
    "docker/compose.distributed.yml": _OF_KESTRA,
    "bench/google_java/Check.java": _OF_KESTRA,
    "bench/google_java/pom.xml": _IN_POM,
    "embedded/services/kestra/engine.pom.xml": _IN_POM,
    "embedded/services/kestra/engine.lock": r"io\.kestra:[\w-]+:jar:(\S+)",
}
"""How each file that names Kestra's version writes it."""


def store_versions(docker: Stack) -> list[tuple[str, dict[str, Any]]]:
    """The versions by store, each as exact as the image's tag is."""
    postgres = INSTALLATION.removeprefix("pginstall")
    embedded = {
        **dict.fromkeys(POSTGRES, postgres),
        "timescale": postgres,  # the stand-in is functions on PostgreSQL
        "clickhouse": _pinned("chdb-core"),
        "elasticsearch": read_lock(LOCK)[0].coordinate.rpartition(":")[2],
        "qdrant": versions.QDRANT,
    }
    tags = {name: docker.tag(name).removeprefix("v") for name in embedded}
    tags["timescale"] = tags["timescale"].partition("-pg")[2]
    return [
        (f"version of {name}", {"docker": tag, "embedded": _as_exact(tag, embedded[name])})
        for name, tag in tags.items()
    ]


def kestra_versions(read: Callable[[str], str]) -> list[tuple[str, dict[str, Any]]]:
    """The versions of Kestra that are written down, file by file.

    Parameters:
        read: gives the text of a file of the project.
    """
    written = {file: set(re.findall(pattern, read(file))) for file, pattern in KESTRA_WRITTEN.items()}
    return [
        ("version of Kestra", {file: ", ".join(sorted(found)), "catalog": versions.KESTRA})
        for file, found in written.items()
    ]


def _as_exact(tag: str, version: str) -> str:
    return ".".join(version.split(".")[: len(tag.split("."))])


def _pinned(package: str) -> str:
    [version] = re.findall(rf"^{package}==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    return version
