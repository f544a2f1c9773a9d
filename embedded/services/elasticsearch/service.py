"""An Elasticsearch node as a service of the embedded stack."""

from __future__ import annotations

import shutil

from catalog.services.elasticsearch import ELASTICSEARCH
from embedded.service import Context, ProcessSpec, Service, ServiceError
from embedded.services.elasticsearch import configuration
from embedded.services.elasticsearch.distribution import install, programs
from embedded.shared.accounts import RunLocation, choose_run_location
from embedded.shared.downloads import ArtifactError
from embedded.shared.loopback import http_ok

_LAUNCHER_JVM = ("-Xms4m", "-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
_HEALTH = "/_cluster/health?wait_for_status=yellow&timeout=1s"


class Elasticsearch(Service):
    """The real server, in the distribution that Elastic publishes for tests on Maven Central.

    It has few modules. Indices, mappings, templates, aliases, bulk, search, aggregations, count, scroll, rollover and
    the cat APIs are as ever. It lacks data streams, index life cycles, ingest pipelines, `_delete_by_query`,
    `_update_by_query`, `_reindex` and scripts, and answers `GET /` with 405, which the official clients do not mind.
    """

    spec = ELASTICSEARCH
    start_timeout = 120.0
    grace = 20.0
    patience = 120.0

    def prepare(self, context: Context) -> None:
        """Install the programs where the node may read them, and write its configuration.

        Raises:
            ServiceError: the distribution cannot be fetched.
        """
        location = choose_run_location(context.home)
        location.create()
        try:
            install(location)
        except ArtifactError as error:
            raise ServiceError(str(error)) from error
        _configure(context, location, self.port(context))

    def command(self, context: Context) -> ProcessSpec:
        """The launcher of the node."""
        location = choose_run_location(context.home)
        installed = programs(location)
        # What bin/elasticsearch ends in: a small launcher, which starts the node and takes it along when it ends.
        argv = [
            *(*location.prefix, str(installed.java / "bin" / "java"), *_LAUNCHER_JVM),
            *("-Dcli.name=server", "-Dcli.script=elasticsearch", "-Dcli.libs=lib/tools/server-cli"),
            f"-Des.path.home={installed.elasticsearch}",
            f"-Des.path.conf={location.base / 'config'}",
            "-Des.distribution.type=zip",
            *("-cp", f"{installed.elasticsearch}/lib/*:{installed.elasticsearch}/lib/cli-launcher/*"),
            "org.elasticsearch.launcher.CliToolLauncher",
        ]
        env = {"ES_TMPDIR": str(location.base / "temporary")}
        return ProcessSpec(argv, env, cwd=installed.elasticsearch, account=location.account)

    def healthy(self, context: Context) -> bool:
        """Whether the cluster takes requests."""
        own = context.settings[ELASTICSEARCH]
        return http_ok(self.port(context), _HEALTH, login=(own.user, own.password))

    def reset(self, context: Context) -> None:
        """Remove what lies outside the service's folder."""
        choose_run_location(context.home).remove()


def _configure(context: Context, location: RunLocation, port: int) -> None:
    own = context.settings[ELASTICSEARCH]
    temporary, config = location.base / "temporary", location.base / "config"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(mode=0o700)
    configuration.write(
        config,
        configuration.settings(location.base, port),
        {"heap": own.heap, "temporary": str(temporary)},
        own.user,
        own.password,
    )
    location.give(temporary, config)
