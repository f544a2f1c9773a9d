"""An Elasticsearch node as a service of the embedded stack."""

from __future__ import annotations

import shutil

from embedded.service import Context, Launch, Service, ServiceError
from embedded.services.elasticsearch import configuration
from embedded.services.elasticsearch.distribution import install, programs
from embedded.shared.accounts import Place, place_for
from embedded.shared.downloads import ArtifactError
from embedded.shared.loopback import HOST, http_ok
from embedded.shared.settings import Settings

_LAUNCHER_JVM = ("-Xms4m", "-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
_HEALTH = "/_cluster/health?wait_for_status=yellow&timeout=1s"


class Elasticsearch(Service):
    """The real server, in the distribution that Elastic publishes for tests on Maven Central.

    It has few modules. Indices, mappings, templates, aliases, bulk, search, aggregations, count, scroll, rollover and
    the cat APIs are as ever. It lacks data streams, index life cycles, ingest pipelines, `_delete_by_query`,
    `_update_by_query`, `_reindex` and scripts, and answers `GET /` with 405, which the official clients do not mind.
    """

    name = "elasticsearch"
    start_timeout = 120.0
    grace = 20.0

    def wanted_ports(self, settings: Settings) -> dict[str, int]:
        return {"ELASTICSEARCH_PORT": settings.elasticsearch_port}

    def prepare(self, context: Context) -> None:
        place = place_for(context.home)
        place.create()
        try:
            install(place)
        except ArtifactError as error:
            raise ServiceError(str(error)) from error
        _configure(context, place)

    def command(self, context: Context) -> Launch:
        place = place_for(context.home)
        found = programs(place)
        # What bin/elasticsearch ends in: a small launcher, which starts the node and takes it along when it ends.
        argv = [
            *(*place.prefix, str(found.java / "bin" / "java"), *_LAUNCHER_JVM),
            *("-Dcli.name=server", "-Dcli.script=elasticsearch", "-Dcli.libs=lib/tools/server-cli"),
            f"-Des.path.home={found.elasticsearch}",
            f"-Des.path.conf={place.base / 'config'}",
            "-Des.distribution.type=zip",
            *("-cp", f"{found.elasticsearch}/lib/*:{found.elasticsearch}/lib/cli-launcher/*"),
            "org.elasticsearch.launcher.CliToolLauncher",
        ]
        env = {"ES_TMPDIR": str(place.base / "temporary")}
        return Launch(argv, env, cwd=found.elasticsearch, account=place.account)

    def healthy(self, context: Context) -> bool:
        settings = context.settings
        login = (settings.es_user, settings.es_password)
        return http_ok(context.ports["ELASTICSEARCH_PORT"], _HEALTH, login=login)

    def environment(self, context: Context) -> dict[str, str]:
        settings = context.settings
        port = context.ports["ELASTICSEARCH_PORT"]
        return {
            "ELASTICSEARCH_URL": f"http://{HOST}:{port}",
            "ELASTICSEARCH_PORT": str(port),
            "ES_USER": settings.es_user,
            "ES_PASSWORD": settings.es_password,
        }

    def reset(self, context: Context) -> None:
        place_for(context.home).remove()


def _configure(context: Context, place: Place) -> None:
    temporary, config = place.base / "temporary", place.base / "config"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(mode=0o700)
    configuration.write(
        config,
        configuration.settings(place.base, context.ports["ELASTICSEARCH_PORT"]),
        {"heap": context.settings.elasticsearch_heap, "temporary": str(temporary)},
        context.settings.es_user,
        context.settings.es_password,
    )
    place.give(temporary, config)
