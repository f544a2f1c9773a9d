"""Writes the node's configuration folder."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedded.shared.loopback import HOST

_ROUNDS = 10_000
_SALT_BYTES = 32
_KEY_BYTES = 32

LOGGING = """status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss.SSS} %-5p %c{1.} %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.node.name = org.elasticsearch.node
logger.node.level = info
logger.http.name = org.elasticsearch.http
logger.http.level = info
# What these warn of is as we want it: a small heap, a small machine, one node.
logger.checks.name = org.elasticsearch.bootstrap.BootstrapChecks
logger.checks.level = error
logger.vectors.name = org.apache.lucene.internal.vectorization
logger.vectors.level = error
"""

JVM = (
    "-Xms64m",
    "-Xmx{heap}",
    "-XX:+UseSerialGC",  # the least memory, and as fast as others with so small a heap
    "-XX:TieredStopAtLevel=1",  # the optimizing compiler costs more than it saves up to 300,000 documents
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.io.tmpdir={temporary}",
    "-XX:-UsePerfData",
    "-XX:ErrorFile={temporary}/hs_err_pid%p.log",
)


def settings(base: Path, port: int) -> dict[str, Any]:
    """The node's settings.

    Parameters:
        base: the folder in which it keeps its data.
        port: of the REST API, on the loopback address.
    """
    return {
        "cluster.name": "kestra-workbook",
        "node.name": "elasticsearch",
        "path.data": str(base / "data"),
        "path.logs": str(base / "temporary"),
        "network.host": HOST,
        "http.port": port,
        # Switched on without an origin that is allowed, it refuses the pages of every other site.
        "http.cors.enabled": True,
        "transport.port": 0,  # nobody joins: any free one
        "discovery.type": "single-node",
        "xpack.security.enabled": True,
        "xpack.security.http.ssl.enabled": False,
        "xpack.security.transport.ssl.enabled": False,
        "xpack.security.enrollment.enabled": False,
        # The user of the settings is the only one: it comes from a file, and no built-in one has a password.
        "xpack.security.authc.reserved_realm.enabled": False,
        # Nearly full disks are common on laptops; by default the node would refuse to write from 95 % on.
        "cluster.routing.allocation.disk.threshold_enabled": False,
        # Mapped files would count as the node's memory, and ask for a higher kernel limit.
        "node.store.allow_mmap": False,
    }


def write(folder: Path, values: Mapping[str, Any], jvm: Mapping[str, str], user: str, password: str) -> None:
    """Write the configuration.

    Parameters:
        folder: where to; what else is in it stays.
        values: the node's settings.
        jvm: `heap`, as `-Xmx` takes it, and `temporary`, a folder.
        user: may do everything.
        password: the user's; only its salted hash is written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "elasticsearch.yml").write_text(json.dumps(values, indent=1))  # JSON is YAML
    (folder / "jvm.options").write_text("".join(option.format_map(jvm) + "\n" for option in JVM))
    (folder / "log4j2.properties").write_text(LOGGING)
    _private(folder / "users", f"{user}:{password_hash(password)}\n")
    _private(folder / "users_roles", f"superuser:{user}\n")


def password_hash(password: str) -> str:
    """A salted hash in the form that Elasticsearch's file realm reads."""
    salt = os.urandom(_SALT_BYTES)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS, _KEY_BYTES)
    return f"{{PBKDF2}}{_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def _private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
